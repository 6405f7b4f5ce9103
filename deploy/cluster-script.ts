import { join } from "node:path"
import { build, type Plugin } from "rolldown"
import { builtinsOnDemand } from "./builtins-on-demand.ts"
import { latin } from "./latin.ts"

const entry = join(import.meta.dirname, "../src/cluster/cluster.ts")

/** Name of the file beside the bundle, and of the asset of the executable. */
export const clusterFile = "poller-cluster.js"

/**
 * Replaces the modules of src/cluster/: runs the asset of the executable, or the file beside the bundle. `import` and
 * `require` do not work in every case, since the nearest package.json decides whether Node reads the file as a module
 * or as CommonJS.
 */
const loader = `
import { readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { getAsset, isSea } from "node:sea"
const text = isSea()
  ? getAsset("${clusterFile}", "utf8")
  : readFileSync(join(dirname(realpathSync(process.argv[1])), "${clusterFile}"), "utf8")
const module = { exports: {} }
new Function("module", "exports", text)(module, module.exports)
export const { joinCluster, parseDatabaseUrl } = module.exports
`

const mark = "\0cluster-script"

/** The modules in the script, for the licences and the bill of materials. */
export const clusterModules: Array<string> = []

/**
 * Bundles src/cluster/ as a separate script, which only `--cluster` loads. In the bundle it would be read at every
 * start.
 */
export const clusterScript: Plugin = {
  name: "cluster-script",
  async generateBundle() {
    const { output } = await build({
      input: entry,
      plugins: [builtinsOnDemand, latin],
      platform: "node",
      treeshake: { propertyReadSideEffects: false },
      transform: { target: "node22.19", define: { "import.meta": "{}" } },
      output: { file: clusterFile, format: "cjs", minify: true },
      write: false,
      logLevel: "silent"
    })
    clusterModules.splice(0, clusterModules.length, ...output[0].moduleIds)
    this.emitFile({ type: "asset", fileName: clusterFile, source: output[0].code })
  }
}

/** Replaces the import of src/cluster/cluster.ts with the code that loads the script. */
export const clusterOnDemand: Plugin = {
  name: "cluster-on-demand",
  resolveId: (source) => (source.endsWith("/cluster/cluster.ts") ? mark : undefined),
  load: (id) => (id === mark ? loader : undefined)
}
