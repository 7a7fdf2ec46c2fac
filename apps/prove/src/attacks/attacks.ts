import type { Attack } from "./attack.js";
import { floodAttacks } from "./floods.js";
import { frameAttacks } from "./frames.js";
import { handshakeAttacks } from "./handshakes.js";
import { valueAttacks } from "./values.js";

/** Every attack of the table, in its order. */
export const attacks: readonly Attack[] = [
  ...handshakeAttacks,
  ...valueAttacks,
  ...frameAttacks,
  ...floodAttacks,
];
