import { expose, service } from "@rpc/core";

interface Order { id: string; size: number }

abstract class Store<Item extends { id: string }> {
  protected items = new Map<string, Item>();

  /** Finds one. */
  @expose()
  find(id: string): Item | undefined { return this.items.get(id); }

  @expose()
  add(item: Item, ...others: Item[]): number { return others.length + item.id.length; }
}

@service("Orders")
export class Orders extends Store<Order> {}
