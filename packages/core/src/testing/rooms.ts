import type { CallContext, Caller } from "../call.js";
import type { Remote } from "../client/proxy.js";
import { Event } from "../service/event.js";
import { event } from "../service/event-decorator.js";
import { expose } from "../service/expose.js";
import { service } from "../service/service.js";

/** Who calls the rooms. */
export interface Guest {
  readonly name: string;
  /** Rooms that are open to it. */
  readonly rooms: readonly string[];
}

const roomsOf = ({ identity }: Caller): readonly string[] => (identity as Guest).rooms;

/** The service of the transport suite with rules, and an event that says how often to expect it. */
@service("Rooms")
export class Rooms {
  /** Topics are rooms. */
  @event({ mode: "table", allow: (caller, room) => roomsOf(caller).includes(room) })
  readonly lights = new Event<boolean>();

  @event({ mode: "latest", cadenceMs: 40 }) readonly pulse = new Event<number>();

  @expose({ allow: (caller, room: string) => roomsOf(caller).includes(room) })
  enter(room: string): string {
    return `in ${room}`;
  }

  @expose({ context: true })
  whoAmI({ identity }: CallContext): Guest {
    return identity as Guest;
  }
}

/** The rooms as their callers see them. */
export type RemoteRooms = Omit<Remote<Rooms>, "whoAmI"> & { whoAmI(): Promise<Guest> };
