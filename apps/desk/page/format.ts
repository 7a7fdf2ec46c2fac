/** Returns a price with two digits behind the point. */
export function price(value: number): string {
  return value.toFixed(2);
}

/** Returns a number of shares with commas. */
export function shares(value: number): string {
  return value.toLocaleString("en-US");
}

/** Returns dollars with their sign. */
export function gain(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 0 })}`;
}

/** Returns the time of day, to the second. `at`: milliseconds since 1970. */
export function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
