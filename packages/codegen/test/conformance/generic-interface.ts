import { expose, service } from "@rpc/core";

interface Order { id: number }
interface Page<Item> { items: Item[]; next: string | null }

@service("S")
export class S {
  @expose()
  page(): Page<Order> { throw new Error(); }

  @expose()
  names(): Page<string> { throw new Error(); }

  @expose()
  nested(): Page<Page<Order>> { throw new Error(); }
}
