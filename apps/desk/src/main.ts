#!/usr/bin/env node
import { once } from "node:events";
import { startDesk } from "./start.js";

const given = process.env["PORT"] ?? "7080";
const port = Number(given);

try {
  if (!/^\d{1,5}$/.test(given) || port > 65_535)
    throw new Error(`PORT: expected a number from 0 to 65535, got ${JSON.stringify(given)}`);
  const desk = await startDesk(port);
  process.stdout.write(`The desk is at\n\n  ${desk.page}\n\nCtrl-C closes it.\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await desk.close();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const taken = `port ${port} is taken; choose another with PORT=…`;
  process.stderr.write(`desk: ${code === "EADDRINUSE" ? taken : message}\n`);
  process.exitCode = 1;
}
