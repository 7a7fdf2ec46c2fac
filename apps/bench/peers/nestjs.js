/** NestJS microservices over TCP, as its documentation has it; decorators are applied by hand, since this is no TypeScript. */
import "reflect-metadata";
import { once } from "node:events";
import { createServer } from "node:net";
import { Controller, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ClientProxyFactory, MessagePattern, Transport } from "@nestjs/microservices";
import { firstValueFrom } from "rxjs";
import { checkName, checkOrder, name, order } from "../dist/data.js";

let served = 0;

class BenchController {
  changeName(newName) {
    served += 1;
    return newName;
  }
  echo(value) {
    served += 1;
    return value;
  }
}
Controller()(BenchController);
for (const method of ["changeName", "echo"]) {
  const descriptor = Object.getOwnPropertyDescriptor(BenchController.prototype, method);
  MessagePattern(method)(BenchController.prototype, method, descriptor);
  // What the compiler would write down.
  Reflect.defineMetadata("design:paramtypes", [Object], BenchController.prototype, method);
}
class BenchModule {}
Module({ controllers: [BenchController] })(BenchModule);

// It cannot tell which port it got, so one is found for it.
async function findPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export const peer = {
  name: "nestjs",
  about: "@nestjs/microservices over TCP",
  async serve() {
    const port = await findPort();
    const options = { host: "127.0.0.1", port };
    const app = await NestFactory.createMicroservice(BenchModule, {
      transport: Transport.TCP,
      options,
      logger: false,
    });
    await app.listen();
    return { url: String(port), served: () => served, close: () => app.close() };
  },
  async connect(url) {
    const options = { host: "127.0.0.1", port: Number(url) };
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    await client.connect();
    return {
      call: async () => checkName(await firstValueFrom(client.send("changeName", name))),
      object: async () => checkOrder(await firstValueFrom(client.send("echo", order))),
      close: async () => client.close(),
    };
  },
};
