#!/usr/bin/env node
import * as module from "node:module";
import { expectShortRun } from "./short-run.js";

// What Node has translated once it finds again in the next run, from Node 22.1 on.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const args = process.argv.slice(2);
const isShort = args[0] === "breaking" || (args[0] === "generate" && !args.includes("--watch"));
if (isShort) expectShortRun();
const [{ main }, { processTerminal }] = await Promise.all([import("./main.js"), import("./terminal.js")]);
process.exitCode = await main(args, processTerminal());
// What was not read of the input would keep the process waiting for more.
process.stdin.destroy();
