import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose({ idempotent: true }) again(): string { return ""; }
  @expose({ oneway: true }) tell(text: string): void { void text; }
  @expose({ once: { windowMs: 60_000 } }) buy(): number { return 1; }
  @expose({ serial: true }) inTurn(): void {}
}
