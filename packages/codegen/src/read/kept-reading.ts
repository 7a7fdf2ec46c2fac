import type { ServiceClass } from "../find.js";
import type { Memory } from "../memory.js";
import {
  copyOf,
  type KeptTypes,
  type NamedType,
  type NamedTypes,
  type Reached,
} from "../schema/named-types.js";
import { NodeNumbers, TypeKeys } from "../schema/type-keys.js";
import type ts from "../typescript.cjs";
import { type Grounds, groundsOf, sameGrounds, sameWorld, type World, worldOf } from "./grounds.js";
import type { Reader } from "./reader.js";
import { readService, type ServiceDraft } from "./service.js";

interface KeptService extends Reached<ServiceDraft> {
  readonly name: string;
  readonly grounds: Grounds;
}

/** What a run without errors leaves: its services and types as they were read. Holds that run's and none before it. */
export interface PastReading {
  readonly world: World;
  readonly numbers: NodeNumbers;
  readonly services: ReadonlyMap<ts.Node, KeptService>;
  readonly types: ReadonlyMap<number, NamedType>;
  readonly next: number;
}

/**
 * Reads services, and takes those for read whose files are what they were in the run before.
 *
 * A service rests on its file and all that it can reach by imports, and on what speaks for the whole program.
 */
export class KeptReading {
  readonly types: KeptTypes;
  readonly #memory: Memory;
  readonly #program: ts.Program;
  readonly #past: PastReading;
  readonly #services = new Map<ts.Node, KeptService>();

  constructor(memory: Memory, program: ts.Program) {
    const world = worldOf(program);
    const past = memory.reading;
    this.#memory = memory;
    this.#program = program;
    this.#past =
      past && sameWorld(past.world, world)
        ? past
        : { world, numbers: new NodeNumbers(), services: new Map(), types: new Map(), next: 0 };
    const { types, numbers, next } = this.#past;
    const byKey = [...types].flatMap(([number, { key }]) =>
      key === undefined ? [] : [[key, number] as const],
    );
    const keys = new TypeKeys(program.getTypeChecker(), numbers);
    this.types = { keys, numbers: new Map(byKey), types, next };
  }

  /** The draft of a service, which may be changed: a copy is kept. */
  read(service: ServiceClass, reader: Reader): ServiceDraft {
    const { types } = reader.types;
    const grounds = groundsOf(service.node.getSourceFile(), this.#program, this.#memory);
    const known = this.#past.services.get(service.node);
    const isSame = known?.name === service.name && sameGrounds(known.grounds, grounds);
    const reached = isSame ? known : types.reach(() => readService(service, reader));
    if (isSame) {
      for (const finding of reached.findings) reader.problems.add(finding);
      for (const number of reached.references) types.revive(number);
    }
    this.#services.set(service.node, { ...reached, name: service.name, grounds });
    return copyOf(reached.value);
  }

  /** What this run leaves to the next: services all of whose types can be told there. */
  next({ all, next }: NamedTypes): PastReading {
    const { world, numbers } = this.#past;
    const isTold = (number: number) => all.get(number)?.key !== undefined;
    const services = [...this.#services].filter(([, { references }]) =>
      [...reachedFrom(references, all)].every(isTold),
    );
    const types = [...all].filter(([, { key }]) => key !== undefined);
    return { world, numbers, services: new Map(services), types: new Map(types), next };
  }
}

function reachedFrom(first: readonly number[], types: ReadonlyMap<number, NamedType>): Set<number> {
  const reached = new Set(first);
  // What is added while it is walked is walked too.
  for (const number of reached) for (const next of types.get(number)?.references ?? []) reached.add(next);
  return reached;
}
