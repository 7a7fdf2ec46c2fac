import { type Client, connect, expose, type Remote, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";

@service("Echo")
class Echo {
  @expose()
  upper(text: string): string {
    return text.toUpperCase();
  }
}

const transports = [tcp()];
await using server = await serve([new Echo()], { transports, listen: "tcp://127.0.0.1:0" });

const clients = await Promise.all(Array.from({ length: 50 }, () => connect(server.urls[0], { transports })));
console.log(`${server.stats().connections} clients are connected at once`);

// The first says nothing for now, and keeps nobody waiting. The others speak from the last to the first.
const [silent, ...others] = clients;
const ask = (client: Client, text: string) => client.service<Remote<Echo>>("Echo").upper(text);
const answers = await Promise.all(others.reverse().map((client, index) => ask(client, `hello ${index + 1}`)));
console.log(`${answers.length} answers, from ${answers[0]} to ${answers.at(-1)}`);
console.log(await ask(silent!, "and now me"));

await Promise.all(clients.map((client) => client.close()));
