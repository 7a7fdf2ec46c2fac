import type { Event, Socket } from "zeromq";

/**
 * Reports a socket's events until libzmq has let go of the socket, its port included. Never rejects.
 *
 * Must be called before the socket connects or binds, or events are missed. The socket's closing ends it.
 */
export async function watchSocket(socket: Socket, heard: (event: Event) => void): Promise<void> {
  try {
    const { events } = socket;
    for (;;) {
      // Undefined, in spite of its type, when the observer is closed while this waits.
      const event: Event | undefined = await events.receive();
      if (event === undefined || event.type === "end") return;
      heard(event);
    }
  } catch {
    // The observer is gone, with the socket or with the process: nothing more can be heard.
  }
}
