import type { Transport } from "@rpc/core/browser";

type Connection = Awaited<ReturnType<Transport["connect"]>>;
type Receiver = Parameters<Connection["start"]>[0];

/** A transport whose connections can be cut, as a cable would be. */
export interface Link {
  readonly transport: Transport;
  readonly isCut: boolean;
  /** Breaks the connections that are open, and refuses others until `mend`. */
  cut(): void;
  mend(): void;
}

/** Puts a knife to `inner`. */
export function createLink(inner: Transport): Link {
  const open = new Set<(reason: Error) => void>();
  let isCut = false;
  const wrap = (connection: Connection): Connection => {
    const start = (receiver: Receiver) => {
      let ended = false;
      const end = (reason?: Error) => {
        if (ended) return;
        ended = true;
        open.delete(cut);
        receiver.closed(reason);
      };
      const cut = (reason: Error) => {
        end(reason);
        void connection.close();
      };
      open.add(cut);
      connection.start({
        packet: (bytes) => {
          if (!ended) receiver.packet(bytes);
        },
        drain: () => receiver.drain(),
        closed: end,
      });
    };
    // Everything else is the connection's own.
    return new Proxy(connection, {
      get: (target, name) => {
        if (name === "start") return start;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
  };
  return {
    transport: {
      ...inner,
      connect: async (url, options) => {
        if (isCut) throw new Error("the link is cut");
        return wrap(await inner.connect(url, options));
      },
    },
    get isCut() {
      return isCut;
    },
    cut() {
      isCut = true;
      for (const end of [...open]) end(new Error("the link was cut"));
    },
    mend() {
      isCut = false;
    },
  };
}
