import type { PartOfClient } from "../client/client-parts.js";
import { everything } from "../client/every-part.js";
import { createClientFrames } from "../wire/client-frames.js";
import { FrameSet } from "../wire/frame-set.js";
import { serverFrames } from "../wire/server-frames.js";

/** What either side reads and writes: for peers that say anything. */
export const everyFrame: FrameSet = createEveryFrame();

function createEveryFrame(): FrameSet {
  const client = createClientFrames();
  for (const { reads, writes } of everything as readonly PartOfClient[]) client.add(reads, writes);
  const every = new FrameSet({}, {});
  Object.assign(every.readers, serverFrames.readers, client.readers);
  Object.assign(every.writers, serverFrames.writers, client.writers);
  return every;
}
