/** The one of `known` that was most likely meant by `given`; undefined when none is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  let [best, least] = [undefined as string | undefined, Infinity];
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return least <= Math.max(1, Math.floor(given.length / 3)) ? best : undefined;
}

/** `; did you mean changeName?`, or nothing when no name is near. */
export function didYouMean(given: string, known: Iterable<string>): string {
  const meant = nearest(given, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** Longest name that is compared: names on the wire are shorter. */
const longest = 128;

// Letters added, left out, replaced, or two of them swapped.
function editDistance(one: string, other: string): number {
  if (one.length > longest || other.length > longest) return Infinity;
  let previous: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const before = previous;
    previous = row;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
  }
  return row[other.length]!;
}
