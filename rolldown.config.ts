import { defineConfig, type Plugin } from "rolldown"
import { builtinsOnDemand } from "./deploy/builtins.ts"
import { licences } from "./deploy/licences.ts"
import { packagesOnDemand } from "./deploy/packages.ts"
import { sbom } from "./deploy/sbom.ts"
import { sourceRevision } from "./deploy/source-revision.ts"
import pkg from "./package.json" with { type: "json" }

/**
 * Where a text may be broken is asked only for the help of a command: 10 ms and 3 MB of Unicode tables that the start
 * of a daemon can do without.
 */
const segmenterOnDemand: Plugin = {
  name: "segmenter-on-demand",
  renderChunk: (code) =>
    code.replaceAll(/new Intl\.Segmenter\((.*?)\)/g, "{ segment: (text) => new Intl.Segmenter($1).segment(text) }")
}

/** One character beyond Latin-1, and V8 keeps the whole program in two bytes a character. */
const latin: Plugin = {
  name: "latin",
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== "chunk") continue
      output.code = output.code.replaceAll(
        /[^\x00-\xff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}

/**
 * The bundle runs on an older Node up to the first thing that is missing there, and Node then prints the line of it
 * that failed, which is all of the program. So it starts with this check, in words that the oldest Node understands.
 */
const versionCheck = () => {
  const [, wanted = ""] = /^>=(\d+\.\d+)$/.exec(pkg.engines.node) ?? []
  const [major, minor] = wanted.split(".").map(Number)
  if (major === undefined || minor === undefined) throw new Error(`package.json: engines.node: ${pkg.engines.node}`)
  return `(function (v) {
  if (v[0] > ${major} || (v[0] == ${major} && v[1] >= ${minor})) return;
  process.stderr.write("poller needs Node ${wanted} or later, and this is Node " + process.versions.node + " (" + process.execPath + ")\\n");
  process.exit(1);
})(process.versions.node.split("."));`
}

/** What is done to each script of the program. */
export const plugins = [packagesOnDemand, builtinsOnDemand, segmenterOnDemand, latin]

export default defineConfig({
  input: "src/main.ts",
  plugins: [...plugins, sbom, licences],
  platform: "node",
  // what reads a property at the top of a module, such as a layer for tests made of createServer, goes if nobody uses
  // it
  treeshake: { propertyReadSideEffects: false },
  transform: {
    target: "node22.19",
    define: { POLLER_COMMIT: JSON.stringify(sourceRevision().commit), "import.meta": "{}" }
  },
  output: { file: "dist/poller.js", format: "cjs", banner: `#!/usr/bin/env node\n${versionCheck()}`, minify: true }
})
