import { networkOf } from "@rpc/core/transport";
import { isLoopback } from "./address.js";

/** How many connections a listener takes. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/**
 * The open connections of a listener, in all and by address, of IPv6 by network.
 *
 * Loopback and unix sockets (no address) count only in all: behind them everyone looks the same.
 */
export class ConnectionCount {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Counts one more. Returns the limit that stands against it, and then does not count it. */
  add(address: string | undefined): string | undefined {
    if (this.#total >= this.#limits.maxConnections) {
      return `maxConnections ${this.#limits.maxConnections} reached`;
    }
    if (address !== undefined && !isLoopback(address)) {
      const network = networkOf(address);
      const count = this.#byAddress.get(network) ?? 0;
      if (count >= this.#limits.maxConnectionsPerAddress) {
        return `maxConnectionsPerAddress ${this.#limits.maxConnectionsPerAddress} reached by ${network}`;
      }
      this.#byAddress.set(network, count + 1);
    }
    this.#total += 1;
    return undefined;
  }

  /** Takes one off that was counted. */
  remove(address: string | undefined): void {
    this.#total -= 1;
    if (address === undefined) return;
    const network = networkOf(address);
    const count = this.#byAddress.get(network) ?? 0;
    if (count > 1) this.#byAddress.set(network, count - 1);
    else this.#byAddress.delete(network);
  }
}
