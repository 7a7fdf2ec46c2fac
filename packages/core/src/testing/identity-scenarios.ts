import type { EventItem } from "../client/event-item.js";
import { systemClock } from "../clock.js";
import { validUntil } from "../server/valid-until.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import type { Harness } from "./harness.js";
import { type Guest, type RemoteRooms, Rooms } from "./rooms.js";
import type { Scenario } from "./transport-suite.js";

const ann: Guest = { name: "ann", rooms: ["blue"] };

/** Who is calling: rules, credentials that are refreshed and that end, and whether what is heard is fresh. */
export const identityScenarios: readonly Scenario[] = [
  {
    title: "refuses calls and hides topics by the rules of a service",
    async run(harness) {
      const { rooms, connect } = await open(harness);
      rooms.lights.publish("red", true);
      rooms.lights.publish("blue", true);
      const { remote } = await connect(ann);
      checkEqual("its room", await remote.enter("blue"), "in blue");
      await checkRejects("another", remote.enter("red"), "permission_denied", "not-executed");
      const seen: string[] = [];
      await remote.lights.subscribe("", (item) => seen.push(show(item)));
      rooms.lights.publish("red", false);
      rooms.lights.remove("red");
      rooms.lights.publish("blue", false);
      await until("its own room's light", () => seen.length === 3);
      checkEqual("lights", seen, ["snapshot blue true", "mark", "live blue false"]);
    },
  },
  {
    title: "refreshes the credentials of a live session, and ends one that they take from its caller",
    async run(harness) {
      const { rooms, connect } = await open(harness);
      rooms.lights.publish("red", true);
      const { client, remote, shown } = await connect(ann);
      const states: string[] = [];
      client.onState((state) => states.push(state));
      const seen: string[] = [];
      await remote.lights.subscribe("", (item) => seen.push(show(item)));
      shown.guest = { name: "ann", rooms: ["red"] };
      await client.refreshCredentials();
      checkEqual("the room she may enter now", await remote.enter("red"), "in red");
      await until("what she may see now", () => seen.length === 3);
      checkEqual("lights", seen, ["mark", "snapshot red true", "mark"]);
      checkEqual("nothing broke", states, []);
      shown.guest = { name: "bob", rooms: [] };
      await checkRejects("somebody else", client.refreshCredentials(), "unauthenticated", "unknown");
      await until("a session of his own", () => client.state === "online");
      checkEqual("states", states, ["reset", "online"]);
      checkEqual("who it is", (await remote.whoAmI()).name, "bob");
    },
  },
  {
    title: "ends a session when its credentials end, and refreshes those that can be",
    async run(harness) {
      // Counted from when the server is asked: a slow handshake takes nothing of it.
      let endOf = () => systemClock.wallTime() + 1_000;
      const { connect } = await open(harness, (guest) => validUntil(guest, endOf()));
      const { client, shown } = await connect(ann);
      endOf = () => Infinity;
      await until("they were shown again", () => shown.times > 1);
      checkEqual("the session goes on", client.state, "online");
      const end = systemClock.wallTime() + 300;
      endOf = () => end;
      const reasons: (string | undefined)[] = [];
      client.onState((_, reason) => reasons.push(reason?.message));
      await client.refreshCredentials();
      await until("the session ends", () => reasons.length > 0);
      check("by its credentials", /credentials (have expired|failed)/.test(reasons[0] ?? ""));
    },
  },
  {
    title: "tells that no items come, though the link is alive",
    async run(harness) {
      const { rooms, connect } = await open(harness);
      const { client, link, remote } = await connect(ann);
      const subscription = await remote.pulse.subscribe("", () => {});
      checkEqual("at first", subscription.freshness, "fresh");
      await until("it is stale", () => subscription.freshness === "stale");
      checkEqual("the link", client.state, "online");
      rooms.pulse.publish("heart", 1);
      await until("it is fresh again", () => subscription.freshness === "fresh");
      const changes: string[] = [];
      subscription.onFreshness((now) => changes.push(now));
      link.cut();
      await until("it was down", () => changes.includes("down"));
      await until("the link is back", () => subscription.freshness !== "down");
    },
  },
];

async function open(harness: Harness, admit: (guest: Guest) => unknown = (guest) => guest) {
  const rooms = new Rooms();
  await harness.serve(
    undefined,
    {
      authenticate: (credentials) => admit(credentials as Guest),
      outcomeScope: (identity) => (identity as Guest).name,
    },
    [rooms],
  );
  const connect = async (guest: Guest) => {
    const shown = { guest, times: 0 };
    const credentials = () => {
      shown.times += 1;
      return shown.guest;
    };
    const { client, link } = await harness.connect({ credentials });
    return { client, link, shown, remote: client.service<RemoteRooms>("Rooms") };
  };
  return { rooms, connect };
}

function show(item: EventItem<boolean>): string {
  if (item.kind === "mark") return "mark";
  if (item.kind === "gap") return `gap ${item.topic}`;
  return item.kind === "removed" ? `removed ${item.key}` : `${item.kind} ${item.topic} ${item.value}`;
}
