/** How much a change hurts: calls fail, programs may be surprised, or nobody notices. */
export type Severity = "breaking" | "dangerous" | "safe";

/** Which programs a comparison speaks for: those that run, or also those that are compiled again. */
export type Profile = "wire" | "source";

interface Rule {
  readonly severity: Severity;
  /** Severity for who compiles against the new client; the same unless given. */
  readonly source?: Severity;
  readonly means: string;
}

/** Every rule of a comparison, by its id. Ids are stable: people write them into their CI. */
export const rules = {
  "service-removed": { severity: "breaking", means: "a service is gone, or has another name" },
  "service-added": { severity: "safe", means: "a new service" },
  "member-removed": { severity: "breaking", means: "a method or event is gone, or has another name" },
  "member-renamed": {
    severity: "safe",
    source: "breaking",
    means: "a method or event has another name, and `formerly` keeps it reachable by the old one",
  },
  "former-name-removed": {
    severity: "dangerous",
    means: "a name in `formerly` is gone: clients from before the renaming no longer reach the member",
  },
  "member-added": { severity: "safe", means: "a new method or event" },
  "member-kind-changed": {
    severity: "breaking",
    means: "a method became an event, a call a stream, or the reverse",
  },
  "param-required-added": { severity: "breaking", means: "a new parameter that must be given" },
  "param-optional-added": { severity: "safe", means: "a new optional parameter at the end" },
  "param-removed": {
    severity: "dangerous",
    source: "breaking",
    means: "a parameter at the end is gone: what callers pass is ignored",
  },
  "param-made-required": { severity: "breaking", means: "a parameter could be left out, and no longer can" },
  "param-made-optional": { severity: "safe", means: "a parameter can be left out now" },
  "param-moved": { severity: "breaking", means: "the same parameters in another order" },
  "param-renamed": {
    severity: "dangerous",
    means: "a parameter has another name: plain peers may pass it by name",
  },
  "param-rest-removed": { severity: "breaking", means: "a parameter took all the rest, and no longer does" },
  "default-changed": { severity: "dangerous", means: "a parameter left out means something else" },
  "wire-tag-changed": {
    severity: "breaking",
    means: "the same thing as another type on the wire: number and bigint, Date and string, Map and object",
  },
  "input-type-changed": { severity: "breaking", means: "clients send another type than the server takes" },
  "input-null-refused": { severity: "breaking", means: "null was taken, and no longer is" },
  "input-undefined-refused": { severity: "breaking", means: "undefined was taken, and no longer is" },
  "input-value-removed": {
    severity: "breaking",
    means: "a literal or enum value was taken, and no longer is",
  },
  "input-member-removed": { severity: "breaking", means: "a member of a union was taken, and no longer is" },
  "input-property-required": {
    severity: "breaking",
    means: "a property must be there that clients may leave out",
  },
  "input-property-ignored": {
    severity: "dangerous",
    source: "breaking",
    means: "a property that clients send is no longer known",
  },
  "input-constraint-tightened": {
    severity: "breaking",
    means: "minimum, maxLength, pattern and their like take less",
  },
  "input-length-changed": { severity: "breaking", means: "a tuple or array of another length" },
  "input-widened": { severity: "safe", means: "the server takes more than before" },
  "output-type-changed": { severity: "breaking", means: "clients get another type than they know" },
  "output-null-added": { severity: "breaking", means: "clients may get null" },
  "output-undefined-added": { severity: "breaking", means: "clients may get undefined" },
  "output-value-added": {
    severity: "dangerous",
    source: "breaking",
    means: "a literal or enum value that clients do not know",
  },
  "output-member-added": {
    severity: "dangerous",
    source: "breaking",
    means: "a member of a union that clients do not know",
  },
  "output-property-removed": { severity: "breaking", means: "a property is gone that was always there" },
  "output-property-optional": {
    severity: "breaking",
    means: "a property may be absent that was always there",
  },
  "output-property-unsent": {
    severity: "dangerous",
    source: "breaking",
    means: "an optional property is never there any more",
  },
  "output-constraint-loosened": {
    severity: "dangerous",
    means: "minimum, maxLength, pattern and their like promise less",
  },
  "output-length-changed": { severity: "breaking", means: "a tuple or array of another length" },
  "output-narrowed": { severity: "safe", means: "clients get less than they know, or new properties" },
  "error-added": { severity: "dangerous", means: "an error that clients do not know by its class" },
  "error-removed": { severity: "safe", source: "breaking", means: "an error that no longer comes" },
  "idempotent-removed": { severity: "dangerous", means: "the framework may no longer send the call again" },
  "idempotent-added": { severity: "safe", means: "the framework may send the call again" },
  "option-changed": { severity: "dangerous", means: "once, oneway, timeout, or the key of an event changed" },
  "mode-changed": {
    severity: "dangerous",
    means: "the delivery mode of an event changed: slow subscribers meet something else",
  },
  "type-removed": {
    severity: "safe",
    source: "breaking",
    means: "a named type is gone, or has another name",
  },
  "docs-changed": { severity: "safe", means: "a doc comment or a deprecation" },
  "too-complex": {
    severity: "breaking",
    means: "the contracts are too large or too nested to compare within bounds",
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** Id of a rule. */
export type RuleId = keyof typeof rules;

/** The severity of a rule for a profile. */
export function severityOf(id: RuleId, profile: Profile): Severity {
  const rule: Rule = rules[id];
  return profile === "source" ? (rule.source ?? rule.severity) : rule.severity;
}
