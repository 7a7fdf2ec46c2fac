import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

/** Tests run from source: the packages' names lead to `src`, not to `dist`. */
export default defineConfig({
  resolve: {
    alias: [
      // A test runs modules only, and this one is how Node is made to load the compiler without reading it twice.
      { find: /^\.\.?\/typescript\.cjs$/, replacement: "typescript" },
      { find: /^#values$/, replacement: source("core/src/wire/values.ts") },
      { find: /^@rpc\/core\/testing$/, replacement: source("core/src/testing/index.ts") },
      { find: /^@rpc\/core\/(\w+)$/, replacement: source("core/src/$1.ts") },
      { find: /^@rpc\/(transport-\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
      { find: /^@rpc\/([\w-]+)$/, replacement: source("$1/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
