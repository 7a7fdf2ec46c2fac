import { Event, event, expose, RpcError, service } from "@rpc/core";

/** A change of name. */
export interface Renamed {
  before: string;
  after: string;
}

const longestName = 100;
const greatestAge = 150;

/** Somebody with a name and an age: 小红, 18, until told otherwise. */
@service("Person")
export class Person {
  /** Told after every change of the name, under the topic `name`. */
  @event()
  readonly renamed = new Event<Renamed>();

  #name = "小红";
  #age = 18;

  /** The name. */
  @expose()
  getName(): string {
    return this.#name;
  }

  /** The age in years. */
  @expose()
  getAge(): number {
    return this.#age;
  }

  /**
   * Changes the name; the same name again changes nothing and is told to nobody.
   *
   * @throws RpcError `invalid_argument` for no text, an empty one, or more than 100 characters.
   */
  @expose()
  changeName(newName: string): void {
    if (typeof newName !== "string") throw invalid(`a name must be a string, got ${typeof newName}`);
    const after = newName.trim();
    if (after === "") throw invalid("a name must have at least one letter, got none");
    if (after.length > longestName)
      throw invalid(`a name of ${after.length} characters exceeds ${longestName}`);
    const before = this.#name;
    if (after === before) return;
    this.#name = after;
    this.renamed.publish("name", { before, after });
  }

  /**
   * Changes the age.
   *
   * @throws RpcError `invalid_argument` for anything but a whole number from 0 to 150.
   */
  @expose()
  changeAge(newAge: number): void {
    if (!Number.isInteger(newAge) || newAge < 0 || newAge > greatestAge) {
      throw invalid(`an age must be a whole number from 0 to ${greatestAge}, got ${String(newAge)}`);
    }
    this.#age = newAge;
  }
}

function invalid(message: string): RpcError {
  return new RpcError("invalid_argument", message);
}
