/** The desk's server as a process of its own, so that the page can have it killed. */
import { once } from "node:events";
import { openDesk } from "./open-desk.js";

const [url = "", origin = ""] = process.argv.slice(2);
const desk = await openDesk(url, [origin]);
process.send?.({ url: desk.url });
// Who started it is gone when the channel to it is.
await once(process, "disconnect");
await desk.close();
