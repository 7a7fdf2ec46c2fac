/** gRPC for Node, with protobuf, as its quick start has it. */
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import {
  checkBytes,
  checkName,
  checkOrder,
  checkStream,
  createBytes,
  createTick,
  name,
  order,
} from "../dist/data.js";

const file = fileURLToPath(new URL("./bench.proto", import.meta.url));
const { Bench } = grpc.loadPackageDefinition(loadSync(file, { keepCase: true, defaults: true })).bench;
const large = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

export const peer = {
  name: "grpc",
  about: "@grpc/grpc-js",
  async serve() {
    let served = 0;
    const echo = ({ request }, answer) => {
      served += 1;
      answer(null, request);
    };
    const server = new grpc.Server(large);
    server.addService(Bench.service, {
      ChangeName: echo,
      Echo: echo,
      Bytes: echo,
      async Stream(call) {
        served += 1;
        for (let n = 0; n < call.request.count; n += 1) {
          if (!call.write(createTick(n))) await new Promise((resolve) => call.once("drain", resolve));
        }
        call.end();
      },
    });
    const bind = promisify(server.bindAsync.bind(server));
    const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
    return { url: `127.0.0.1:${port}`, served: () => served, close: async () => server.forceShutdown() };
  },
  async connect(url) {
    const client = new Bench(url, grpc.credentials.createInsecure(), large);
    const [changeName, echo, bytes] = ["ChangeName", "Echo", "Bytes"].map((method) =>
      promisify(client[method].bind(client)),
    );
    return {
      call: async () => checkName((await changeName({ name })).name),
      object: async () => checkOrder(await echo(order)),
      bytes: async (size) => checkBytes((await bytes({ content: createBytes(size) })).content, size),
      stream: (count) => checkStream(client.Stream({ count }), count, (tick) => tick.n),
      close: async () => client.close(),
    };
  },
};
