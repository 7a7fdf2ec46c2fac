import type { FoundClasses, ServiceClass } from "../find.js";
import type { Memory } from "../memory.js";
import type { KeptTypes, NamedType, NamedTypes, Reached } from "../schema/named-types.js";
import { NodeNumbers, TypeKeys } from "../schema/type-keys.js";
import type ts from "../typescript.cjs";
import {
  GroundFiles,
  type Grounds,
  groundsOf,
  sameGrounds,
  sameWorld,
  type World,
  worldOf,
} from "./grounds.js";
import type { Reader } from "./reader.js";
import { readService, type ServiceDraft } from "./service.js";
import { type Settled, stillSettled } from "./settle.js";

interface KeptService extends Reached<ServiceDraft> {
  readonly name: string;
  readonly grounds: Grounds;
}

interface KeptClasses {
  readonly classes: FoundClasses;
  readonly grounds: Grounds;
}

/** What a run without errors leaves: its services and types as they were read. Holds that run's and none before it. */
export interface PastReading {
  readonly world: World;
  readonly numbers: NodeNumbers;
  readonly services: ReadonlyMap<ts.Node, KeptService>;
  readonly classes: ReadonlyMap<ts.SourceFile, KeptClasses>;
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
  readonly #files: GroundFiles;
  readonly #grounds = new Map<ts.SourceFile, Grounds>();
  readonly #past: PastReading;
  readonly #services = new Map<ts.Node, KeptService>();
  readonly #classes = new Map<ts.SourceFile, KeptClasses>();

  constructor(memory: Memory, program: ts.Program) {
    const world = worldOf(program);
    const past = memory.reading;
    this.#memory = memory;
    this.#files = new GroundFiles(program);
    this.#past =
      past && sameWorld(past.world, world)
        ? past
        : {
            world,
            numbers: new NodeNumbers(),
            services: new Map(),
            classes: new Map(),
            types: new Map(),
            next: 0,
          };
    const { types, numbers, next } = this.#past;
    const byKey = [...types].flatMap(([number, { key }]) =>
      key === undefined ? [] : [[key, number] as const],
    );
    const keys = new TypeKeys(program.getTypeChecker(), numbers);
    this.types = { keys, numbers: new Map(byKey), types, next };
  }

  /** The services of a file, if they were found in an earlier run and nothing has changed since that they rest on. */
  classesIn(file: ts.SourceFile): FoundClasses | undefined {
    const known = this.#past.classes.get(file);
    return known && sameGrounds(known.grounds, this.#groundsOf(file)) ? known.classes : undefined;
  }

  /** Keeps the services of a file. What was wrong with them is to be found again. */
  keepClasses(file: ts.SourceFile, classes: FoundClasses): void {
    if (classes.clean) this.#classes.set(file, { classes, grounds: this.#groundsOf(file) });
  }

  /** What of earlier runs is settled and holds with these names. */
  settled(names: ReadonlyMap<number, string>): Settled {
    this.#memory.settled = stillSettled(this.#memory.settled, names);
    return this.#memory.settled;
  }

  /** The draft of a service, which may not be changed. */
  read(service: ServiceClass, reader: Reader): ServiceDraft {
    const { types } = reader.types;
    const grounds = this.#groundsOf(service.node.getSourceFile());
    const known = this.#past.services.get(service.node);
    const isSame = known?.name === service.name && sameGrounds(known.grounds, grounds);
    const reached = isSame ? known : types.reach(() => readService(service, reader));
    if (isSame) {
      for (const finding of reached.findings) reader.problems.add(finding);
      for (const number of reached.references) types.revive(number);
    }
    this.#services.set(service.node, { ...reached, name: service.name, grounds });
    return reached.value;
  }

  /** What this run leaves to the next: services all of whose types can be told there. */
  next({ all, next }: NamedTypes): PastReading {
    const { world, numbers } = this.#past;
    const isTold = (number: number) => all.get(number)?.key !== undefined;
    const services = [...this.#services].filter(([, { references }]) =>
      [...reachedFrom(references, all)].every(isTold),
    );
    const types = [...all].filter(([, { key }]) => key !== undefined);
    return {
      world,
      numbers,
      services: new Map(services),
      classes: this.#classes,
      types: new Map(types),
      next,
    };
  }

  #groundsOf(file: ts.SourceFile): Grounds {
    const known = this.#grounds.get(file) ?? groundsOf(file, this.#files, this.#memory);
    this.#grounds.set(file, known);
    return known;
  }
}

function reachedFrom(first: readonly number[], types: ReadonlyMap<number, NamedType>): Set<number> {
  const reached = new Set(first);
  // What is added while it is walked is walked too.
  for (const number of reached) for (const next of types.get(number)?.references ?? []) reached.add(next);
  return reached;
}
