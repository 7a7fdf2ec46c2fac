import { sqliteOutcomeStore } from "@rpc/store-sqlite";

// Opens the store whose path comes, and tells how that went.
process.on("message", (path: string) => {
  try {
    sqliteOutcomeStore({ path }).close();
    process.send!("opened");
  } catch (error) {
    process.send!(String(error));
  }
});
process.send!("ready");
