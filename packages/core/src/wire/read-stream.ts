import type { BodyReader } from "./body-reader.js";
import { readErrorBody } from "./error-frame.js";
import { Fields } from "./fields.js";
import type { CreditFrame, EndFrame, ItemsFrame, StreamItem } from "./stream-frames.js";

/** Reads the body of an items frame. */
export function readItems(body: BodyReader): ItemsFrame {
  const id = body.uint32();
  const stream = body.uint8();
  const index = body.uint32();
  const count = body.uint16();
  const items: StreamItem[] = [];
  for (let done = 0; done < count; done++) {
    const start = body.position;
    const value = body.value();
    items.push({ value, bytes: body.position - start });
  }
  return { type: "items", id, stream, index, items };
}

/** Reads the body of an end frame. */
export function readEnd(body: BodyReader): EndFrame {
  const id = body.uint32();
  const stream = body.uint8();
  const value = body.value();
  return {
    type: "end",
    id,
    stream,
    error: value === null ? undefined : readErrorBody(new Fields("end", value)),
  };
}

/** Reads the body of a credit frame. */
export function readCredit(body: BodyReader): CreditFrame {
  return {
    type: "credit",
    id: body.uint32(),
    stream: body.uint8(),
    items: body.uint32(),
    bytes: body.uint32(),
  };
}
