import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  watch(told: (price: number, at?: Date) => void, done?: () => Promise<void>): void { void [told, done]; }

  @expose()
  ask(question: (...options: string[]) => Promise<"yes" | "no">): void { void question; }
}
