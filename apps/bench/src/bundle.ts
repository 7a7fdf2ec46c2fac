import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const page = fileURLToPath(new URL("./page.js", import.meta.url));

/** Bundles what a page needs to call a server over WebSocket. */
export async function measureBundle(): Promise<{
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
}> {
  const results = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      minify: "esbuild",
      modulePreload: { polyfill: false },
      rollupOptions: { input: page, preserveEntrySignatures: "strict" },
    },
  });
  const outputs = [results].flat() as { output: { code?: string }[] }[];
  const code = outputs.flatMap(({ output }) => output.map((chunk) => chunk.code ?? "")).join("");
  return { minifiedBytes: Buffer.byteLength(code), gzipBytes: gzipSync(code, { level: 9 }).length };
}
