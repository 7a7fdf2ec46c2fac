import { expose, service } from "@rpc/core";

type Renamed<Kind> = { [Name in keyof Kind as `the${Capitalize<Name & string>}`]: Kind[Name] };

@service("S")
export class S {
  @expose()
  getters(): Renamed<{ size: number; side: string }> { throw new Error(); }
}
