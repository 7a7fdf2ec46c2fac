import { mkdirSync, utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createFolder, service } from "./project-folder.js";

const clock = service.replaceAll("Person", "Clock");
const both = { project: "tsconfig.json", client: "generated", split: true, contract: "contract.json" };

describe("rpc generate with split", () => {
  test("writes a file for each service and one for what they share", async () => {
    const { run, write, read } = createFolder(JSON.stringify(both));
    write("person.ts", service + clock.replace(/^import.*\n/, ""));

    expect((await run("generate")).out).toBe(
      "wrote generated/types.ts\nwrote generated/clock.ts\nwrote generated/person.ts\nwrote contract.json\n",
    );
    expect(read("generated/person.ts")).toContain("export class PersonClient");
    expect(read("generated/clock.ts")).not.toContain("Person");
  });

  test("removes the file of a service that is gone, and nothing that it did not write", async () => {
    const { run, write, exists } = createFolder(JSON.stringify(both));
    write("person.ts", service + clock.replace(/^import.*\n/, ""));
    await run("generate");
    write("generated/mine.ts", "// Not generated.\n");
    write("person.ts", service);

    expect((await run("generate", "--check")).err).toContain("  generated/clock.ts\n");
    expect((await run("generate")).out).toContain("removed generated/clock.ts\n");
    expect([exists("generated/clock.ts"), exists("generated/mine.ts")]).toEqual([false, true]);
  });
});

describe("rpc generate --validators", () => {
  const config = JSON.stringify({ ...both, validators: "generated/validators.ts" });
  const takesText = service.replace("name(): string", "name(of: string): string");

  test("writes them beside the clients, of the same contract, and each alone", async () => {
    const { run, write, read } = createFolder(config);
    write("person.ts", takesText);
    expect((await run("generate")).out).toContain("wrote generated/validators.ts\n");
    expect(read("generated/validators.ts")).toContain('"Person.name": (a) => typeof a[0] === "string",');
    expect(read("generated/validators.ts")).toContain(JSON.parse(read("contract.json")).hash);
    // The folder of the clients is theirs, and the validators are no client that is gone.
    write("person.ts", takesText.replaceAll("Person", "Clock"));
    expect((await run("generate", "--only", "client")).out).toBe(
      "wrote generated/types.ts\nwrote generated/clock.ts\nremoved generated/person.ts\n",
    );
    expect((await run("generate", "--check")).err).toContain("  generated/validators.ts\n");
    expect((await run("generate", "--only", "validators")).out).toBe("wrote generated/validators.ts\n");
  });
});

describe("rpc generate --only", () => {
  test("writes one of the outputs", async () => {
    const { run, exists } = createFolder(JSON.stringify(both));
    expect((await run("generate", "--only", "contract")).out).toBe("wrote contract.json\n");
    expect(exists("generated")).toBe(false);
  });

  test.each([
    ["python", "--only python: expected client, contract, validators"],
    ["client", "nothing says where to write it"],
  ])("exits with 2 for %s when there is no such output", async (name, message) => {
    const { run } = createFolder('{ "contract": "contract.json" }');
    expect(await run("generate", "--only", name)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(message),
    });
  });
});

describe("rpc generate --format", () => {
  test("github gives commands that GitHub shows at the lines", async () => {
    const { run, write } = createFolder(JSON.stringify(both));
    write("person.ts", service.replace("name(): string", "name(): symbol"));
    const { err } = await run("generate", "--format", "github");
    expect(err).toContain("::error file=person.ts,line=6,col=11,endColumn=17,title=RPC2001::a symbol cannot");
    expect(err).toContain("%0ASend a string.\n");
  });

  test("exits with 2 for another", async () => {
    const { run } = createFolder(JSON.stringify(both));
    expect(await run("generate", "--format", "xml")).toMatchObject({
      exitCode: 2,
      err: "unknown format xml; known are text, github\n",
    });
  });
});

describe("what was read before", () => {
  /** A folder with a cache, whose sources are older than any run. */
  function cached() {
    const folder = createFolder(JSON.stringify(both));
    mkdirSync(folder.path("node_modules"));
    const write = (file: string, text: string) => {
      folder.write(file, text);
      utimesSync(folder.path(file), new Date(0), new Date(0));
    };
    write("person.ts", service.replace("name(): string", "name(): any"));
    for (const file of ["tsconfig.json", "package.json"]) write(file, folder.read(file));
    const read = async (...args: string[]) => {
      let steps = "";
      const err = (text: string) => {
        steps += text;
      };
      const { out } = await folder.runWith({ interactive: true, err }, "generate", ...args);
      return { out, steps };
    };
    return { ...folder, text: folder.read, write, read };
  }

  test("is not read again when nothing changed, and its warnings are told again", async () => {
    const { read } = cached();
    const first = await read();
    const second = await read();
    expect(first.steps).toContain("reading the services");
    expect(second.out).toBe("nothing has changed\n");
    expect(second.steps).not.toContain("reading the services");
    expect(second.steps).toContain("RPC1201");
  });

  test.each<[string, (folder: ReturnType<typeof cached>) => void]>([
    ["a source changed", ({ write }) => write("person.ts", clock)],
    ["the tsconfig changed", ({ write, text }) => write("tsconfig.json", ` ${text("tsconfig.json")}`)],
    ["the package has another name", ({ write }) => write("package.json", '{ "name": "others" }')],
    ["packages were installed", ({ write }) => write("node_modules/.modules.yaml", "")],
    ["what it wrote was changed", ({ write }) => write("contract.json", "{}")],
  ])("is read again when %s", async (_title, change) => {
    const folder = cached();
    await folder.read();
    change(folder);
    expect((await folder.read()).steps).toContain("reading the services");
  });

  test("is read again when asked to", async () => {
    const { read } = cached();
    await read();
    expect((await read("--no-cache")).steps).toContain("reading the services");
  });
});

describe("rpc generate --watch", () => {
  test("writes again after a change, and ends when told to", async () => {
    const { runWith, write, read } = createFolder(JSON.stringify(both));
    const stop = new AbortController();
    let runs = 0;
    let err = "";
    const done = runWith(
      {
        signal: stop.signal,
        err: (text) => {
          err += text;
        },
        out: (text) => {
          if (!text.includes("ms; watching")) return;
          runs++;
          if (runs === 1) write("person.ts", service.replace("name()", "fullName()"));
          if (runs === 2) write("person.ts", "export class {");
          if (runs === 3) stop.abort();
        },
      },
      "generate",
      "--watch",
    );
    expect((await done).exitCode).toBe(0);
    expect(runs).toBe(3);
    expect(read("contract.json")).toContain("fullName");
    expect(err).toContain("RPC1002");
  });

  test("runs again for what was saved while it was reading", async () => {
    const { runWith, write, read } = createFolder(JSON.stringify(both));
    const stop = new AbortController();
    let runs = 0;
    await runWith(
      {
        signal: stop.signal,
        interactive: true,
        err: (text) => {
          if (runs === 0 && text.startsWith("writing"))
            write("person.ts", service.replace("name()", "fullName()"));
        },
        out: (text) => {
          if (text.includes("ms; watching") && ++runs === 2) stop.abort();
        },
      },
      "generate",
      "--watch",
    );
    expect(read("contract.json")).toContain("fullName");
  });

  test("is not given together with --check", async () => {
    const { run } = createFolder(JSON.stringify(both));
    expect((await run("generate", "--watch", "--check")).exitCode).toBe(2);
  });
});
