import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What one page weighs. */
export interface BundleFigures {
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
}

const pages = { calls: "./page.js", everything: "./whole-page.js" };

/** Bundles what pages need to call a server over WebSocket, and for everything that a client can do. */
export async function measureBundles(): Promise<Record<keyof typeof pages, BundleFigures>> {
  return { calls: await measure(pages.calls), everything: await measure(pages.everything) };
}

async function measure(page: string): Promise<BundleFigures> {
  const results = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      minify: "esbuild",
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: fileURLToPath(new URL(page, import.meta.url)),
        preserveEntrySignatures: "strict",
      },
    },
  });
  const outputs = [results].flat() as { output: { code?: string }[] }[];
  const code = outputs.flatMap(({ output }) => output.map((chunk) => chunk.code ?? "")).join("");
  return { minifiedBytes: Buffer.byteLength(code), gzipBytes: gzipSync(code, { level: 9 }).length };
}
