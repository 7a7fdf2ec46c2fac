import { describe, expect, it } from "vitest";
import { ServiceRefs } from "../../src/client/service-refs.js";
import { maxServiceRefs } from "../../src/wire/frame.js";
import { FakeSession } from "../fake-session.js";

const person = { name: "Person", hash: "sha256-p", members: ["changeName", "getName"] };
const byName = { service: "Person", method: "getName" };

function create() {
  const session = new FakeSession();
  return { session, refs: new ServiceRefs(session.asSession()) };
}

describe("numbers for services", () => {
  it("are asked for once, and used when the server has the same hash", () => {
    const { session, refs } = create();
    expect(refs.target(person, "getName")).toEqual(byName);
    expect(refs.target(person, "getName")).toEqual(byName);
    expect(session.frames).toEqual([{ type: "use", ref: 0, service: "Person", hash: "sha256-p" }]);
    refs.used(0, true, false);
    expect(refs.target(person, "getName")).toEqual({ ref: 0, member: 1 });
  });

  it("are not used when the hashes differ, nor for a member the contract does not have", () => {
    const { refs } = create();
    refs.target(person, "getName");
    refs.used(0, false, false);
    expect(refs.target(person, "getName")).toEqual(byName);
    refs.used(0, true, false);
    expect(refs.target(person, "toString")).toEqual({ service: "Person", method: "toString" });
  });

  it("are never asked for by a dynamic proxy", () => {
    const { session, refs } = create();
    expect(refs.target({ name: "Person", hash: "", members: [] }, "getName")).toEqual(byName);
    expect(session.frames).toEqual([]);
  });

  it("end at as many as a session may have; the rest go by name", () => {
    const { session, refs } = create();
    for (let index = 0; index < maxServiceRefs + 5; index++) {
      const description = { ...person, name: `Service${index}` };
      expect(refs.target(description, "getName")).toEqual({ service: `Service${index}`, method: "getName" });
    }
    expect(session.frames).toHaveLength(maxServiceRefs);
  });

  it("ignore an answer to nothing", () => {
    const { refs } = create();
    refs.used(7, true, false);
    expect(refs.target(person, "getName")).toEqual(byName);
  });
});
