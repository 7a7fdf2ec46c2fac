/** Names of named types, by name in the contract. */
export interface TypeNames {
  get(name: string): string | undefined;
}
