/** tRPC over WebSocket, as its documentation has it. */
import { once } from "node:events";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket, WebSocketServer } from "ws";
import { checkName, checkOrder, createTick, name, order } from "../dist/data.js";

let served = 0;
const t = initTRPC.create();
const echo = t.procedure
  .input((value) => value)
  .mutation(({ input }) => {
    served += 1;
    return input;
  });
const router = t.router({
  changeName: echo,
  echo,
  stream: t.procedure
    .input((value) => value)
    .subscription(async function* ({ input }) {
      served += 1;
      for (let n = 0; n < input; n += 1) yield createTick(n);
    }),
});

export const peer = {
  name: "trpc",
  about: "@trpc/server and client over WebSocket",
  async serve() {
    const wss = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(wss, "listening");
    applyWSSHandler({ wss, router });
    return {
      url: `ws://127.0.0.1:${wss.address().port}`,
      served: () => served,
      async close() {
        for (const socket of wss.clients) socket.terminate();
        wss.close();
      },
    };
  },
  async connect(url) {
    const socket = createWSClient({ url, WebSocket });
    const client = createTRPCClient({ links: [wsLink({ client: socket })] });
    return {
      call: async () => checkName(await client.changeName.mutate(name)),
      object: async () => checkOrder(await client.echo.mutate(order)),
      stream: (count) =>
        new Promise((resolve, reject) => {
          let expected = 0;
          client.stream.subscribe(count, {
            onData(tick) {
              if (tick.n === expected) expected += 1;
              else reject(new Error(`tick ${tick.n} came, expected ${expected}`));
            },
            onError: reject,
            onComplete: () => (expected === count ? resolve() : reject(new Error(`${expected} ticks came`))),
          });
        }),
      close: async () => socket.close(),
    };
  },
};
