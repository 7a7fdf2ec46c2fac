import type { Client } from "@rpc/core";
import { PersonClient } from "../generated/client.js";
import { Heard } from "./heard.js";
import type { Transcript } from "./transcript.js";

/** The lesson, step by step: ask a person's name and age, change both, and call what does not exist. */
export async function takeLesson(client: Client, transcript: Transcript): Promise<void> {
  transcript.chapter("The lesson: an object in another process");
  const person = client.service(PersonClient);
  const renames = await Heard.of(person.renamed, "", ({ before, after }) => {
    transcript.heard(`renamed: ${before} is called ${after} now`);
  });
  const name = await transcript.call("person.getName()", person.getName());
  await transcript.call("person.getAge()", person.getAge());
  await transcript.call('person.changeName("Alex")', person.changeName("Alex"));
  // Whoever is called Alex already, from an earlier tour, is not renamed.
  if (name !== "Alex") await renames.until((heard) => heard.some(({ after }) => after === "Alex"));
  await transcript.call("person.getName()", person.getName());
  await transcript.call("person.changeAge(100)", person.changeAge(100));
  await transcript.call("person.getAge()", person.getAge());
  await transcript.refusal("person.changeAge(-1)", person.changeAge(-1));
  await renames.close();

  transcript.note(
    "No generated client has a method that does not exist. A dynamic proxy can still ask for one:",
  );
  const anybody = client.service<{ fly(to: string): Promise<void> }>("Person");
  await transcript.refusal('anybody.fly("Mars")', anybody.fly("Mars"));
}
