import { defineConfig, type Plugin } from "rolldown"
import { builtinsOnDemand } from "./deploy/builtins-on-demand.ts"
import { clusterOnDemand, clusterScript } from "./deploy/cluster-script.ts"
import { latin } from "./deploy/latin.ts"
import { licences } from "./deploy/licences.ts"
import { packagesOnDemand } from "./deploy/packages-on-demand.ts"
import { sbom } from "./deploy/sbom.ts"
import { sourceRevision } from "./deploy/source-revision.ts"
import pkg from "./package.json" with { type: "json" }

/**
 * Only the help of commands breaks lines. Loading the Unicode tables for that takes 10 ms and 3 MB, so it waits for the
 * first use.
 */
const segmenterOnDemand: Plugin = {
  name: "segmenter-on-demand",
  renderChunk: (code) =>
    code.replaceAll(/new Intl\.Segmenter\((.*?)\)/g, "{ segment: (text) => new Intl.Segmenter($1).segment(text) }")
}

/**
 * An older Node would fail somewhere in the bundle and print the failing line, which is the whole program. So the
 * bundle starts with this check, in syntax that every Node understands.
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

/** The plugins for each script of the program. */
export const plugins = [clusterOnDemand, packagesOnDemand, builtinsOnDemand, segmenterOnDemand, latin]

export default defineConfig({
  input: "src/main.ts",
  plugins: [...plugins, clusterScript, sbom, licences],
  platform: "node",
  // drops unused top-level code that only reads properties, such as a layer for tests made of createServer
  treeshake: { propertyReadSideEffects: false },
  transform: {
    target: "node22.19",
    define: { POLLER_COMMIT: JSON.stringify(sourceRevision().commit), "import.meta": "{}" }
  },
  output: {
    file: "dist/poller.js",
    format: "cjs",
    codeSplitting: false,
    banner: `#!/usr/bin/env node\n${versionCheck()}`,
    minify: true
  }
})
