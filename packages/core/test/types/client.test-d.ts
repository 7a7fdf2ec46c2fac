import type { Client as BrowserClient } from "../../src/browser.js";
import type { EventItem, GeneratedClient, Remote, ServiceCaller, Subscription } from "../../src/index.js";
import { type Client, connect, Event, memory, serve } from "../../src/index.js";

/** Compiles only when both types are the same. */
type Same<One, Other> =
  (<Probe>() => Probe extends One ? 1 : 2) extends <Probe>() => Probe extends Other ? 1 : 2 ? true : false;
function same<One, Other>(_: Same<One, Other>): void {}

class Person {
  readonly renamed = new Event<{ to: string }>();
  readonly age = 5;
  getName(): string {
    return "";
  }
  async changeName(name: string, loud?: boolean): Promise<number> {
    return name.length + Number(loud);
  }
  generic<Value>(value: Value): Value {
    return value;
  }
}

declare const remote: Remote<Person>;

same<ReturnType<typeof remote.getName>, Promise<string>>(true);
same<ReturnType<typeof remote.changeName>, Promise<number>>(true);
same<Parameters<typeof remote.changeName>, [name: string, loud?: boolean | undefined]>(true);
same<typeof remote.age, never>(true);
export const again: Remote<Person> = remote.$with({ timeoutMs: 5 });

export async function calls(): Promise<void> {
  const subscription = await remote.renamed.subscribe("a");
  same<typeof subscription, Subscription<{ to: string }>>(true);
  for await (const item of subscription) {
    same<typeof item, EventItem<{ to: string }>>(true);
    if (item.kind === "gap") same<typeof item.to, number | null>(true);
    else if (item.kind === "removed") same<typeof item.key, string>(true);
    else if (item.kind === "mark") same<typeof item.position, number>(true);
    else same<typeof item.value, { to: string }>(true);
  }
  for await (const value of subscription.values({ onGap: (gap) => gap.reason }))
    same<typeof value, { to: string }>(true);
  await remote.renamed.subscribe("", (item) => item.kind !== "mark" && item.topic);
  // @ts-expect-error a mark is of no topic
  await remote.renamed.subscribe("", (item) => item.topic);
  await remote.renamed.subscribe("", { from: "oldest" });
  await remote.renamed.subscribe("", undefined, { from: subscription.position });
  // @ts-expect-error a position without its epoch
  await remote.renamed.subscribe("", { from: 5 });
  // @ts-expect-error a listener comes with a prefix
  await remote.renamed.subscribe((item: unknown) => item);
  // @ts-expect-error the argument is a string
  await remote.changeName(5);
  // @ts-expect-error there is no such method
  await remote.absent();
  // @ts-expect-error an option nobody knows
  remote.$with({ timeout: 5 });
  // @ts-expect-error nothing can be assigned
  remote.getName = async () => "";
  // @ts-expect-error it is no promise
  remote.then;
}

class PersonClient {
  static readonly service = { name: "Person", hash: "sha256-x", members: ["changeName", "getName"] } as const;
  readonly #caller: ServiceCaller;
  constructor(caller: ServiceCaller) {
    this.#caller = caller;
  }
  getName(): Promise<string> {
    return this.#caller.call("getName", []);
  }
}

export async function services(client: Client): Promise<void> {
  const generated: GeneratedClient<PersonClient> = PersonClient;
  same<typeof generated, GeneratedClient<PersonClient>>(true);
  const person = client.service(PersonClient);
  same<typeof person, PersonClient>(true);
  const dynamic = client.service<Remote<Person>>("Person");
  same<typeof dynamic, Remote<Person>>(true);
  // @ts-expect-error a class that was not generated
  client.service(Person);
  // @ts-expect-error neither a class nor a name
  client.service(7);
}

export async function options(): Promise<void> {
  const transports = [memory()];
  await connect("memory:a", {
    transports,
    limits: { maxDepth: 5 },
    credentials: async () => "token",
    logger: console,
  });
  await connect(["memory:a", new URL("memory:b")], { transports });
  await connect(process.env["RPC_URL"], { transports });
  await serve([new Person()], {
    transports,
    listen: process.env["RPC_URL"],
    authenticate: (credentials, peer) => [credentials, peer.address],
  });
  // @ts-expect-error transports are named by the program
  await connect("memory:a", {});
  // @ts-expect-error a limit nobody knows
  await connect("memory:a", { transports, limits: { maxDepht: 5 } });
  // @ts-expect-error where to listen must be said, if only as undefined
  await serve([new Person()], { transports });
  await using client = await connect("memory:a", { transports });
  same<typeof client, BrowserClient>(true);
}
