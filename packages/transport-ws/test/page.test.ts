import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import {
  type Client,
  type ClientOptions,
  Event,
  event,
  expose,
  type Remote,
  serve,
  service,
  validUntil,
} from "@rpc/core";
import { ws } from "@rpc/transport-ws";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";

/**
 * Pages as they are shipped: bundled for browsers, minified, and run here with the WebSocket of `ws` in place of the
 * browser's. What each is allowed to weigh, compressed: it must not grow above this. For calls the aim is 20 KB.
 */
const ceilings = { calls: 25 * 1024, everything: 35.5 * 1024 };

// What a page of a service with calls only consists of: connect, the transport, and a client as `rpc generate` prints it.
const callsPage = `
  import { connect } from "@rpc/core/browser";
  import { ws } from "@rpc/transport-ws/browser";
  export class PersonClient {
    static service = { name: "Person", hash: "sha256-none", members: ["rename", "wait"] };
    #caller;
    constructor(caller) { this.#caller = caller; }
    rename(name) { return this.#caller.call("rename", [name]); }
    wait(name) { return this.#caller.call("wait", [name]); }
    $with(options) { return new PersonClient(this.#caller.with(options)); }
  }
  export const open = (url, options) => connect(url, { transports: [ws()], ...options });
`;

// Of a service that has an event besides: its client brings the part for it.
const eventPage = `
  ${callsPage}
  import { events } from "@rpc/core/generated";
  export class TellingClient {
    static service = { name: "Person", hash: "sha256-none", members: ["rename", "renamed", "wait"], parts: [events] };
    constructor(caller) { this.renamed = caller.event("renamed"); this.rename = (name) => caller.call("rename", [name]); }
  }
  // As they were printed before there were parts.
  export class OlderClient {
    static service = { name: "Person", hash: "sha256-none", members: ["rename", "renamed", "wait"] };
    constructor(caller) {
      this.renamed = caller.event("renamed");
      this.rename = (name) => caller.call("rename", [name]);
      this.stream = () => caller.stream("rename", []);
      this.oneway = () => caller.oneway("rename", ["x"]);
      this.outcome = () => caller.outcome("rename", "key");
    }
  }
`;

const everythingPage = `
  import { connect, everything } from "@rpc/core/browser";
  import { ws } from "@rpc/transport-ws/browser";
  export const open = (url, options) => connect(url, { transports: [ws()], parts: everything, ...options });
`;

interface Page {
  open(url: string | undefined, options?: Partial<ClientOptions>): Promise<Client>;
  // biome-ignore lint/suspicious/noExplicitAny: clients of a page, which has no types here
  readonly [name: string]: any;
}

@service("Person")
class Person {
  readonly names: string[] = [];
  @event() readonly renamed = new Event<string>();
  go = (): void => {};
  readonly #gone = new Promise<void>((resolve) => {
    this.go = resolve;
  });

  @expose() rename(name: string): string {
    this.names.push(name);
    this.renamed.publish("person", name);
    return name;
  }

  @expose() async wait(name: string): Promise<string> {
    this.names.push(name);
    await this.#gone;
    return name;
  }
}

const folder = mkdtempSync(join(tmpdir(), "rpc-page-"));
beforeAll(() => void vi.stubGlobal("WebSocket", WebSocket));
afterAll(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true, force: true });
});

describe("a page that only calls", () => {
  it("brings nothing of events, streams, callbacks and what else it does not use", async () => {
    const { inputs } = await bundle("calls", callsPage);
    const others =
      /subscri|fresh|stream|callback|oneway-c|outcome|proxy|refresh|nesting|server|testing|msgpackr|reflect/;
    const brought = inputs.filter(
      (path) => others.test(path) && !/is-async-iterable|outgoing-call/.test(path),
    );
    // One table says what frames there are, and one function whether an argument is a stream.
    expect(brought.filter((path) => !/call-frames|is-passed/.test(path))).toEqual([]);
  });

  it(`weighs no more than ${ceilings.calls / 1024} KB`, async () => {
    const { bytes } = await bundle("calls", callsPage);
    console.log(`page with calls only: ${bytes} bytes min+gzip; the aim is ${20 * 1024}`);
    expect(bytes).toBeLessThanOrEqual(ceilings.calls);
  });

  it("calls, and goes on behind a cut without running anything twice", async () => {
    const page = await load("calls", callsPage);
    const person = new Person();
    await using server = await serve([person], { transports: [ws()], listen: "ws://127.0.0.1:0/rpc" });
    await using link = await relay(server.urls[0]);
    await using client = await page.open(link.url);
    const states: string[] = [];
    client.onState((state) => states.push(state));
    const remote = client.service(page["PersonClient"]) as {
      rename(name: string): Promise<string>;
      wait(name: string): Promise<string>;
    };
    expect(await remote.rename("小红")).toBe("小红");
    const waiting = remote.wait("Alex");
    await soon(() => expect(person.names).toEqual(["小红", "Alex"]));
    link.cut();
    await soon(() => expect(states).toEqual(["resuming", "online"]));
    person.go();
    expect(await waiting).toBe("Alex");
    expect(await remote.rename("Kim")).toBe("Kim");
    expect(person.names).toEqual(["小红", "Alex", "Kim"]);
    expect(states).toEqual(["resuming", "online"]);
  });

  it("shows credentials that end anew, by another connection", async () => {
    const page = await load("calls", callsPage);
    const shown: unknown[] = [];
    await using server = await serve([new Person()], {
      transports: [ws()],
      listen: "ws://127.0.0.1:0/rpc",
      authenticate: (token) => {
        shown.push(token);
        return validUntil({ user: "Alex" }, Date.now() + (shown.length === 1 ? 300 : 3_600_000));
      },
    });
    await using client = await page.open(server.urls[0], { credentials: () => `token ${shown.length}` });
    await soon(() => expect(shown).toEqual(["token 0", "token 1"]));
    await soon(() => expect(client.state).toBe("online"));
    const remote = client.service(page["PersonClient"]) as { rename(name: string): Promise<string> };
    expect(await remote.rename("Alex")).toBe("Alex");
  });
});

describe("a page whose service has events", () => {
  it("subscribes through its generated client, which brings the part", async () => {
    const page = await load("events", eventPage);
    await using server = await serve([new Person()], {
      transports: [ws()],
      listen: "ws://127.0.0.1:0/rpc",
    });
    await using link = await relay(server.urls[0]);
    await using client = await page.open(link.url);
    const remote = client.service(page["TellingClient"]) as {
      renamed: { subscribe(prefix: string, listener: (item: { value: string }) => void): Promise<unknown> };
      rename(name: string): Promise<string>;
    };
    const heard: string[] = [];
    await remote.renamed.subscribe("", ({ value }) => heard.push(value));
    await remote.rename("Alex");
    link.cut();
    await remote.rename("Kim");
    await soon(() => expect(heard).toEqual(["Alex", "Kim"]));
  });

  it("says what is missing where nobody brought it", async () => {
    const page = await load("events", eventPage);
    await using server = await serve([new Person()], {
      transports: [ws()],
      listen: "ws://127.0.0.1:0/rpc",
    });
    await using client = await page.open(server.urls[0]);
    const remote = client.service(page["OlderClient"]) as {
      renamed: { subscribe(): Promise<unknown> };
      rename(name: unknown): Promise<unknown>;
      stream(): unknown;
      oneway(): Promise<unknown>;
      outcome(): Promise<unknown>;
    };
    const missing = (part: string) => ({
      code: "failed_precondition",
      outcome: "not-executed",
      message: expect.stringContaining(`this client was made without ${part}; pass connect parts: [${part}]`),
    });
    expect(await remote.rename("Alex")).toBe("Alex");
    await expect(remote.renamed.subscribe()).rejects.toMatchObject(missing("events"));
    await expect(remote.oneway()).rejects.toMatchObject(missing("oneway"));
    await expect(remote.outcome()).rejects.toMatchObject(missing("outcomes"));
    await expect(remote.rename(() => {})).rejects.toMatchObject(missing("streams"));
    expect(() => remote.stream()).toThrow(expect.objectContaining(missing("streams")));
    expect(() => client.service("Person")).toThrow(expect.objectContaining(missing("proxy")));
    await expect(client.refreshCredentials()).rejects.toThrow("pass credentials to connect");
    expect(await remote.rename("Kim")).toBe("Kim");
  });
});

describe("a page with everything", () => {
  it(`weighs no more than ${ceilings.everything / 1024} KB`, async () => {
    const { bytes } = await bundle("everything", everythingPage);
    console.log(`page with everything: ${bytes} bytes min+gzip`);
    expect(bytes).toBeLessThanOrEqual(ceilings.everything);
  });

  it.each([["events"], [["events"]], [[undefined]]])("refuses %j as parts", async (parts) => {
    const page = await load("everything", everythingPage);
    await expect(page.open("ws://127.0.0.1:1/rpc", { parts } as never)).rejects.toThrow(
      "connect: parts must be an array of parts, such as [events]; got",
    );
  });

  it("subscribes and calls through a proxy", async () => {
    const page = await load("everything", everythingPage);
    await using server = await serve([new Person()], {
      transports: [ws()],
      listen: "ws://127.0.0.1:0/rpc",
    });
    await using client = await page.open(server.urls[0]);
    const person = client.service<Remote<Pick<Person, "rename" | "renamed">>>("Person");
    const renamed = await person.renamed.subscribe();
    await person.rename("Alex");
    for await (const item of renamed) {
      expect(item).toMatchObject({ kind: "live", topic: "person", value: "Alex" });
      break;
    }
  });
});

// As long as a busy machine may take.
function soon(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000 });
}

async function bundle(name: string, contents: string) {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile, outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "js" },
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const [output] = Object.values(metafile.outputs);
  expect(output?.imports).toEqual([]);
  const inputs = Object.entries(output!.inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path.replace(/^.*\/dist\//, "")] : [],
  );
  const code = outputFiles[0]!.contents;
  return { outfile, code, inputs, bytes: gzipSync(code, { level: 9 }).length };
}

async function load(name: string, contents: string): Promise<Page> {
  const { outfile, code } = await bundle(name, contents);
  writeFileSync(outfile, code);
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Page;
}

/** A link to a server that can be cut. */
async function relay(to: string | undefined) {
  const target = new URL(to!);
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connectSocket(Number(target.port), target.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(into);
      from.on("error", () => {}).on("close", () => into.destroy());
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const { port } = listener.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}${target.pathname}`,
    cut,
    [Symbol.asyncDispose]: () => {
      cut();
      return new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
