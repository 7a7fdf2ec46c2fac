import { expose, service } from "@rpc/core";

interface Answer<Value = string> { value: Value }

@service("S")
export class S {
  @expose()
  get(): Answer { throw new Error(); }

  @expose()
  other(): Answer<Date> { throw new Error(); }
}
