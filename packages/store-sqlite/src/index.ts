export {
  type SqliteOutcomeStore,
  type SqliteOutcomeStoreOptions,
  sqliteOutcomeStore,
} from "./sqlite-outcome-store.js";
