import { zmq } from "@rpc/transport-zmq";
import { bytes, closeAll, connect, connectOptions, listen } from "../ends.js";

const transport = zmq();
const done = () => process.stdout.write("done\n");

/** Ways to come to an end, by name. Each says `done` when it has nothing more to do. */
const ways: Record<string, () => Promise<void>> = {
  async exitWithoutClose() {
    await stuck();
    done();
    process.exit(0);
  },
  async exitWhileClosing() {
    const { peer, client } = await stuck();
    void peer.connection.close();
    void client.connection.close();
    done();
    process.exit(0);
  },
  async throwWithoutClose() {
    await stuck();
    done();
    setImmediate(() => {
      throw new Error("on purpose");
    });
  },
  async closeEverything() {
    const server = await listen(transport, "zmq://127.0.0.1:0");
    const { client, peer } = await connect(transport, server);
    peer.connection.send(bytes("last"));
    await closeAll(server);
    await client.closing;
    done();
  },
  async beRefused() {
    await transport.connect(new URL("zmq://127.0.0.1:9"), connectOptions()).catch(() => {});
    done();
  },
};

/** A server with more waiting for its client than any buffer takes, and a client that does not read. */
async function stuck() {
  const server = await listen(transport, "zmq://127.0.0.1:0");
  const ends = await connect(transport, server);
  ends.client.connection.pause();
  for (let index = 0; index < 1_000; index += 1) ends.peer.connection.send(Buffer.alloc(64 * 1024));
  await new Promise((resolve) => setImmediate(resolve));
  return ends;
}

await ways[process.argv[2]!]!();
