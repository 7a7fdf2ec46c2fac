/** Imports of one module, collected while the code that needs them is printed. */
export class Imports {
  readonly #module: string;
  readonly #isTaken: (name: string) => boolean;
  readonly #values = new Set<string>();
  readonly #types = new Set<string>();

  /** `isTaken` tells names that the file has for things of its own. */
  constructor(module: string, isTaken: (name: string) => boolean) {
    this.#module = module;
    this.#isTaken = isTaken;
  }

  get isEmpty(): boolean {
    return this.#values.size + this.#types.size === 0;
  }

  /** Imports a value; returns what it is called here. */
  value(name: string): string {
    this.#values.add(name);
    return this.#localName(name);
  }

  /** Imports a type; returns what it is called here. */
  type(name: string): string {
    this.#types.add(name);
    return this.#localName(name);
  }

  /** The import declarations. */
  print(): string {
    const onlyTypes = this.#values.size === 0;
    const types = this.#clauses(this.#types).map((clause) => (onlyTypes ? clause : `type ${clause}`));
    const clauses = [...types, ...this.#clauses(this.#values)];
    const keyword = onlyTypes ? "import type" : "import";
    const line = `${keyword} { ${clauses.join(", ")} } from "${this.#module}";`;
    if (line.length <= 110) return line;
    return `${keyword} {\n${clauses.map((clause) => `  ${clause},\n`).join("")}} from "${this.#module}";`;
  }

  #clauses(names: ReadonlySet<string>): string[] {
    return [...names].sort().map((name) => {
      const local = this.#localName(name);
      return local === name ? name : `${name} as ${local}`;
    });
  }

  // A user's own type of that name keeps it: it is the one that callers write.
  #localName(name: string): string {
    let local = name;
    while (this.#isTaken(local)) local = `Rpc${local}`;
    return local;
  }
}
