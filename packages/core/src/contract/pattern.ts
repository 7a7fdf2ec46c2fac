/**
 * Longest text that a `pattern` is tried on; a longer one is refused.
 *
 * A pattern comes from the author of the contract and the text from anybody, so the work is bounded from both sides.
 */
const maxPatternInput = 4096;

/**
 * Compiles the `pattern` of a schema: a regular expression of JavaScript with the flag `u`.
 *
 * @throws TypeError for one that is malformed, or that repeats what itself repeats or chooses, such as `(a+)+`: texts
 * exist that such a pattern takes exponential time for. What is left may still be quadratic in a text of 4,096 units.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const refusal = refusePattern(pattern);
  if (refusal !== undefined)
    throw new TypeError(`pattern ${JSON.stringify(pattern.slice(0, 80))}: ${refusal}`);
  const expression = new RegExp(pattern, "u");
  return (text) => text.length <= maxPatternInput && expression.test(text);
}

function refusePattern(pattern: string): string | undefined {
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    return (error as Error).message;
  }
  // Classes and escapes count as one plain character.
  const plain = pattern
    .replace(/\\k<[^>]*>|\\[1-9]/g, "\u0001")
    .replace(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./gs, "x")
    .replace(/\[[^\]]*\]/g, "x");
  if (plain.includes("\u0001"))
    return "it refers back to what it matched, which can take exponential time; write it without \\1";
  return hasNestedRepetition(plain)
    ? "it repeats a group that itself repeats or chooses, which can take exponential time; write it without"
    : undefined;
}

function hasNestedRepetition(plain: string): boolean {
  // For each open group: whether something in it repeats or chooses.
  const open: boolean[] = [false];
  for (let index = 0; index < plain.length; index++) {
    const character = plain[index]!;
    if (character === "(") open.push(false);
    else if (character === "|") open[open.length - 1] = true;
    else if (character === ")") {
      const inner = open.pop()!;
      const repeated = isRepeated(plain, index + 1);
      if (inner && repeated) return true;
      if ((inner || repeated) && open.length > 0) open[open.length - 1] = true;
    } else if (isRepeated(plain, index + 1)) open[open.length - 1] = true;
  }
  return false;
}

function isRepeated(plain: string, index: number): boolean {
  const rest = plain.slice(index, index + 12);
  if (rest.startsWith("*") || rest.startsWith("+")) return true;
  const counted = /^\{(\d*)(,?)(\d*)\}/.exec(rest);
  // {3} is three copies; {1,3} and {2,} may be read in several ways.
  return counted !== null && counted[2] === "," && counted[3] !== "1";
}
