import { type OutcomeStore, type RememberedCall, RpcError } from "@rpc/core";
import Database from "libsql";

/** Where outcomes are kept, and how many. */
export interface SqliteOutcomeStoreOptions {
  /** The database file; made if it is not there. What runs in another server with the same file looks interrupted. */
  readonly path: string;
  /** Calls that are remembered; above it once methods are refused. Default 1,000,000: about 200 MB of short answers. */
  readonly maxOutcomes?: number;
}

/** A store that outlives its process. Whoever made it closes it, after the server. */
export interface SqliteOutcomeStore extends OutcomeStore {
  /** Safe to call twice. */
  close(): void;
}

interface Row {
  readonly args: string;
  readonly epoch: string;
  /** The driver gives blobs as bare buffers. */
  readonly answer: ArrayBuffer | null;
}

const schema = `
  create table if not exists outcomes (
    id text primary key, args text not null, epoch text not null, answer blob, until integer not null
  ) without rowid;
  create index if not exists outcomes_until on outcomes (until);
  create table if not exists store (since integer not null);
`;

/** How long one process waits for another that writes. */
const busyTimeoutMs = 5_000;

/** Starts between two deletions of what is over, so that its cost is spread. */
const startsPerCleaning = 256;

/**
 * Opens a durable outcome store: `serve(services, { outcomeStore: sqliteOutcomeStore({ path: "outcomes.db" }) })`.
 *
 * What is recorded is on the disk when the call returns: it survives `kill -9`, and a power cut if the disk keeps its word.
 */
export function sqliteOutcomeStore(options: SqliteOutcomeStoreOptions): SqliteOutcomeStore {
  const { path, maxOutcomes = 1_000_000 } = options;
  const db = new Database(path);
  // First of all: another process may be opening the same file at this moment.
  db.pragma(`busy_timeout = ${busyTimeoutMs}`);
  writeAhead(db, path);
  db.pragma("synchronous = FULL");
  db.exec(schema);
  // Reads go through `all`: `get` of this driver answers wrongly after `all`, and ends the process on some values.
  const statements = {
    find: db.prepare("select args, epoch, answer from outcomes where id = ? and until >= ?"),
    insert: db.prepare(
      "insert into outcomes (id, args, epoch, until) values (?, ?, ?, ?) on conflict (id) do nothing",
    ),
    finish: db.prepare("update outcomes set answer = ?, until = ? where id = ?"),
    forget: db.prepare("delete from outcomes where id = ?"),
    dropOver: db.prepare("delete from outcomes where id = ? and until < ?"),
    clean: db.prepare("delete from outcomes where until < ?"),
    count: db.prepare("select count(*) as count from outcomes"),
    since: db.prepare("select since from store"),
    begin: db.prepare("insert into store (since) values (?)"),
  };
  let closed = false;
  let count = 0;
  let starts = 0;

  const checkOpen = () => {
    // The driver would end the process.
    if (closed)
      throw new RpcError("unavailable", `the outcome store ${path} is closed; close it after the server`, {
        outcome: "not-executed",
      });
  };
  const find = (id: string, at: number): RememberedCall | undefined => {
    checkOpen();
    const [row] = statements.find.all(id, Math.floor(at)) as Row[];
    if (row === undefined) return undefined;
    return {
      args: row.args,
      epoch: row.epoch,
      answer: row.answer === null ? undefined : new Uint8Array(row.answer),
    };
  };
  const clean = (at: number) => {
    statements.clean.run(Math.floor(at));
    count = (statements.count.all() as { count: number }[])[0]!.count;
  };
  const readSince = () => (statements.since.all() as { since: number }[])[0]?.since;
  let since = readSince();

  return {
    // A new file remembers from its first call on: claiming less is safe.
    get since() {
      return since ?? Number.POSITIVE_INFINITY;
    },
    start({ id, args, epoch, at, until }) {
      const known = find(id, at);
      if (known !== undefined) return known;
      if (since === undefined) {
        statements.begin.run(Math.floor(at));
        since = Math.floor(at);
      }
      if (starts++ % startsPerCleaning === 0 || count >= maxOutcomes) clean(at);
      if (count >= maxOutcomes) {
        throw new RpcError(
          "resource_exhausted",
          `${count} outcomes are remembered in ${path} (maxOutcomes); raise it or shorten windowMs`,
          {
            outcome: "not-executed",
          },
        );
      }
      statements.dropOver.run(id, Math.floor(at));
      // Another server with the same file may have been quicker: then its start is the one that counts.
      if (statements.insert.run(id, args, epoch, Math.ceil(until)).changes === 0) return find(id, at);
      count += 1;
      return undefined;
    },
    finish(id, answer, until) {
      checkOpen();
      statements.finish.run(answer, Math.ceil(until), id);
    },
    forget(id) {
      checkOpen();
      statements.forget.run(id);
    },
    find,
    close() {
      if (closed) return;
      closed = true;
      db.close();
    },
  };
}

/**
 * Turns on the write-ahead log. SQLite gives up at once, whatever busy_timeout says, when another process turns it on in the
 * same new file: one in thirty did, of six that began together.
 */
function writeAhead(db: Database.Database, path: string): void {
  for (let waitedMs = 0; ; waitedMs += 10) {
    try {
      db.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
      if (waitedMs >= busyTimeoutMs)
        throw new Error(`the outcome store ${path} has been locked by another process for 5 s`, {
          cause: error,
        });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}
