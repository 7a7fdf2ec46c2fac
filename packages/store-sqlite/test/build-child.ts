import { fileURLToPath } from "node:url";
import { build } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Builds `children/<name>.ts` with the packages' sources and returns the folder, which whoever asked removes. */
export async function buildChild(name: string): Promise<string> {
  // Inside node_modules, so that the built file finds its packages and nothing that is committed changes.
  const built = path(`../node_modules/.${name}-${process.pid}`);
  await build({
    configFile: false,
    logLevel: "error",
    root: path(".."),
    resolve: {
      alias: [
        { find: /^@rpc\/core\/(\w+)$/, replacement: path("../../core/src/$1.ts") },
        { find: /^@rpc\/core$/, replacement: path("../../core/src/index.ts") },
        { find: "@rpc/transport-tcp", replacement: path("../../transport-tcp/src/index.ts") },
        { find: "@rpc/store-sqlite", replacement: path("../src/index.ts") },
      ],
    },
    ssr: { external: ["libsql"] },
    build: { ssr: path(`children/${name}.ts`), outDir: built, target: "node20" },
  });
  return built;
}
