/** Something that can be measured: a server and a client, each set up as its own documentation recommends. */
export interface Peer {
  readonly name: string;
  /** What it is, for the table. */
  readonly about: string;
  /** Server and client share one process: there is no other way to use it. */
  readonly oneProcess?: boolean;
  /** Listens on loopback. */
  serve(): Promise<BenchServer>;
  /** Opens one connection. */
  connect(url: string): Promise<BenchClient>;
}

/** The serving half. */
export interface BenchServer {
  readonly url: string;
  /** How many requests of any kind it has run. */
  served(): number;
  /** CPU in microseconds of processes beside this one, such as a broker. */
  otherCpuUs?(): number;
  close(): Promise<void>;
}

/**
 * One connection. Every answer is looked at: what is wrong rejects. What a peer cannot do it leaves out, and the cases
 * that need it leave the peer out.
 */
export interface BenchClient {
  /** Has one question in flight and no more. */
  readonly oneAtATime?: true;
  /** Is a connection of its own, and cheap enough to have thousands. */
  readonly ownConnection?: true;
  /** Asks `changeName("Alex")` and gets `"Alex"`. */
  call(): Promise<void>;
  /** Sends the object of 1 KB and gets it back. */
  object?(): Promise<void>;
  /** Sends that many bytes and gets them back. */
  bytes?(size: number): Promise<void>;
  /** Asks for a stream of that many ticks and reads it to its end. */
  stream?(count: number): Promise<void>;
  /** Subscribes to ticks; resolves when the server knows. */
  subscribe?(): Promise<void>;
  /** Resolves when that many more ticks have come, in order. */
  hear?(count: number): Promise<void>;
  /** Makes the server publish that many ticks to all its subscribers. */
  publish?(count: number): Promise<void>;
  close(): Promise<void>;
}
