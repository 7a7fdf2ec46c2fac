import { byId } from "./dom.js";
import { timeOfDay } from "./format.js";

/** How a line is coloured. */
export type Kind = "good" | "odd" | "bad";

const mostLines = 200;
const list = byId<HTMLOListElement>("happenings");

/** Writes a line into the list of what happened, newest first. */
export function tell(kind: Kind, text: string): void {
  const line = document.createElement("li");
  line.dataset["kind"] = kind;
  const time = document.createElement("time");
  time.textContent = timeOfDay(Date.now());
  const words = document.createElement("span");
  words.textContent = text;
  line.append(time, words);
  list.prepend(line);
  if (list.children.length > mostLines) list.lastElementChild?.remove();
}
