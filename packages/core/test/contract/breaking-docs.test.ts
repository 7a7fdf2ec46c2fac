import { readFileSync } from "node:fs";
import { type RuleId, rules, severityOf } from "@rpc/core/contract";
import { expect, test } from "vitest";

test("docs/breaking.md lists every rule with its severity and meaning", () => {
  const rows = (Object.keys(rules) as RuleId[]).map((id) => {
    const [wire, source] = [severityOf(id, "wire"), severityOf(id, "source")];
    return `| \`${id}\` | ${wire} | ${source === wire ? "" : source} | ${rules[id].means} |`;
  });
  const page = readFileSync(new URL("../../../../docs/breaking.md", import.meta.url), "utf8");
  expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
});
