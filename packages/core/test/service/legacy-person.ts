import { expose } from "../../src/service/expose.js";

/** A base class decorated in the legacy dialect, for a subclass in the standard one. */
export class LegacyPerson {
  @expose() greet(): string {
    return "hello";
  }
}
