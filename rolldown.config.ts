import { execFileSync } from "node:child_process"
import { defineConfig, type Plugin } from "rolldown"
import { builtinsOnDemand } from "./deploy/builtins.ts"
import { licences } from "./deploy/licences.ts"
import { packagesOnDemand } from "./deploy/packages.ts"
import { sbom } from "./deploy/sbom.ts"

/** What --version names beside the version; nothing outside a git checkout. */
const commit = () => {
  try {
    const git = (...args: ReadonlyArray<string>) =>
      execFileSync("git", args, { encoding: "utf8", stdio: "pipe" }).trim()
    return git("rev-parse", "--short=12", "HEAD") + (git("status", "--porcelain", "src") === "" ? "" : "+changes")
  } catch {
    return ""
  }
}

/** Where a text may be broken is asked only for the help of a command: 10 ms and 3 MB of Unicode tables that the start of a daemon can do without. */
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

/** What is done to each script of the program. */
export const plugins = [packagesOnDemand, builtinsOnDemand, segmenterOnDemand, latin]

export default defineConfig({
  input: "src/main.ts",
  plugins: [...plugins, sbom, licences],
  platform: "node",
  // what reads a property at the top of a module, such as a layer for tests made of createServer, goes if nobody uses it
  treeshake: { propertyReadSideEffects: false },
  transform: { target: "node22.19", define: { POLLER_COMMIT: JSON.stringify(commit()), "import.meta": "{}" } },
  output: { file: "dist/poller.js", format: "cjs", banner: "#!/usr/bin/env node", minify: true }
})
