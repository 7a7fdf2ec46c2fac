import { defineConfig } from "vite";

/** The page alone: what serves it is src/main.ts. */
export default defineConfig({
  root: "page",
  build: { outDir: "../dist/page", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
