// Words that cannot name a parameter in a module. The compiler refuses them in the source too, contracts may hold them.
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** What a parameter is called in source. */
export function localName(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}
