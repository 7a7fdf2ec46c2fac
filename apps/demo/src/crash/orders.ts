import { type CallOutcome, type Client, RpcError } from "@rpc/core";
import { OrderDeskClient } from "../generated/client.js";
import type { Transcript } from "../tour/transcript.js";

interface Intent {
  /** Made once, before the first attempt: it names what is wanted, not the attempt. */
  readonly key: string;
  readonly symbol: string;
}

const symbols = ["AAPL", "AMZN", "IBM"];
const atOnce = 16;
const quantity = 10;

/** Orders that one client wants to be carried out, each of them once. */
export class Orders {
  readonly total = 240;
  /** What all of them together buy of each instrument. */
  readonly quantity: number = (this.total / symbols.length) * quantity;
  readonly #client: Client;
  readonly #desk: OrderDeskClient;
  readonly #intents: readonly Intent[];
  readonly #unknown: Intent[] = [];
  #answered = 0;
  #wake: () => void = () => {};

  constructor(client: Client) {
    this.#client = client;
    this.#desk = client.service(OrderDeskClient);
    this.#intents = Array.from({ length: this.total }, (_, index) => ({
      key: `order-${index + 1}`,
      symbol: symbols[index % symbols.length]!,
    }));
  }

  /** Buys, so many at once; resolves when every call has settled. */
  async buyAll(): Promise<void> {
    const left = this.#intents.values();
    const work = async () => {
      for (const intent of left) await this.#buy(intent);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  /** Resolves when so many were answered. */
  async answered(count: number): Promise<void> {
    while (this.#answered < count)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Asks, by its key, what became of each order whose outcome is unknown; buys again only what has not begun. */
  async settleUnknown(transcript: Transcript): Promise<void> {
    transcript.note(
      `${this.#answered} orders were answered, ${this.#unknown.length} ended with the outcome unknown. Asked by their keys:`,
    );
    const found = new Map<CallOutcome["state"], number>();
    let again = 0;
    for (const intent of this.#unknown) {
      const { state } = await this.#client.outcome({
        service: OrderDeskClient,
        method: "buy",
        key: intent.key,
      });
      found.set(state, (found.get(state) ?? 0) + 1);
      // Begun, and its process died: only the exchange knows.
      const booked =
        state === "executed" || (state === "interrupted" && (await this.#desk.bookingsOf(intent.key)) > 0);
      if (booked) continue;
      again += 1;
      // The key of an order that was begun is used up; what the exchange does not know is a new intent.
      const key = state === "interrupted" ? `${intent.key}-again` : intent.key;
      await this.#desk.$with({ key }).buy(intent.key, intent.symbol, quantity);
    }
    for (const [state, count] of [...found].sort()) transcript.heard(`${state}: ${count}`);
    transcript.note(`${again} of them were not booked at the exchange, and are bought now.`);
  }

  /** How often each order was booked at the exchange. */
  async bookings(): Promise<number[]> {
    return Promise.all(this.#intents.map(({ key }) => this.#desk.bookingsOf(key)));
  }

  async #buy(intent: Intent): Promise<void> {
    try {
      await this.#desk.$with({ key: intent.key }).buy(intent.key, intent.symbol, quantity);
      this.#answered += 1;
      this.#wake();
    } catch (error) {
      if (!RpcError.is(error) || error.outcome !== "unknown") throw error;
      this.#unknown.push(intent);
    }
  }
}
