import { readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { GeneratedClient } from "@rpc/core";
import { hashServiceText, maxContractTextLength } from "@rpc/core/contract";
import { expect, test } from "vitest";
import { generate, type Library } from "../src/index.js";
import { temporaryProject } from "./temporary-project.js";

const library: Library = new Map();
const clients = readdirSync(new URL("fixtures", import.meta.url), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("expected.client.ts"))
  .map((file) => new URL(`fixtures/${file}`, import.meta.url));

test("every client knows the text that its hash was made of", async () => {
  const modules = await Promise.all(clients.map((url) => import(/* @vite-ignore */ url.pathname)));
  const services = modules
    .flatMap((module: Record<string, Partial<GeneratedClient<object>>>) => Object.values(module))
    .flatMap((value) => value.service ?? []);
  expect(services.length).toBeGreaterThan(clients.length);
  for (const { name, hash, contract } of services)
    expect(hashServiceText(contract!), `${name}: ${contract}`).toBe(hash);
});

test("a contract that no server would take is left out, and the client says so", async () => {
  const literals = Array.from({ length: 600 }, (_, index) => `"${"long".repeat(120)}${index}"`).join(" | ");
  const project = temporaryProject({
    "large.ts": `import { expose, service } from "@rpc/core";
@service("Large")
export class Large {
  @expose() take(value: ${literals}): void { throw value; }
}
`,
  });
  const client = project.path("client.ts");
  await generate({ tsconfig: project.tsconfig, client, library });
  const { LargeClient } = await import(/* @vite-ignore */ pathToFileURL(client).pathname);
  expect(LargeClient.service).toEqual({ name: "Large", hash: expect.any(String), members: ["take"] });
  expect(project.read("client.ts")).toMatch(/\/\/ Of 2\d\d Ki characters, more than a server takes/);
  expect(maxContractTextLength).toBe(256 * 1024);
});
