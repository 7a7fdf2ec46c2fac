/** A contract's types, the rules of its names, and what is done with contracts: compared, checked against. */

export { tagged } from "./contract/check-union.js";
export {
  type ComparableContract,
  type CompareOptions,
  compareContracts,
} from "./contract/compare-contracts.js";
export type { Problem } from "./contract/explain.js";
export type { Finding } from "./contract/findings.js";
export { isObject, type Validators } from "./contract/printed-validators.js";
export { type Profile, type RuleId, rules, type Severity, severityOf } from "./contract/rules.js";
export {
  jsPart,
  type Kind,
  kindOf,
  literalsOf,
  propertiesOf,
  readTypes as validatorTypes,
  requiredOf,
  resolve as resolveType,
  type Types,
  toSchema,
  toSchemas,
} from "./contract/schema.js";
export { hashServiceText } from "./contract/service-text.js";
export { constraintText, typeText, wholeTypeText } from "./contract/type-text.js";
export { createValidator, type Validator } from "./contract/validator.js";
export { maxContractTextLength } from "./limits.js";
export type * from "./service/contract.js";
export { refuseName } from "./service/names.js";
export { type TypedArrayConstructor, typedArrayKinds } from "./wire/typed-array-kinds.js";
