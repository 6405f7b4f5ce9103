import { execFileSync } from "node:child_process"
import { defineConfig, type Plugin } from "rolldown"
import { licences } from "./deploy/licences.ts"
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

/**
 * `import` of a module of Node reads everything that the module exports, and node:http exports a WebSocket for which Node then loads
 * undici and HTTP/2: 16 MB of memory and a third of the start. `process.getBuiltinModule` reads nothing.
 */
export const builtinsOnDemand: Plugin = {
  name: "builtins-on-demand",
  renderChunk: (code) =>
    code.replaceAll(
      /^import (?:\* as ([\w$]+)|([\w$]+)|(\{[^}]*\})) from "(node:[\w/]+)";$/gm,
      (_, namespace?: string, whole?: string, names?: string, module?: string) =>
        `const ${namespace ?? whole ?? names?.replaceAll(" as ", ": ")} = process.getBuiltinModule("${module}");`
    )
}

/** Where a text may be broken is asked only for the help of a command: 10 ms and 3 MB of Unicode tables that the start of a daemon can do without. */
export const segmenterOnDemand: Plugin = {
  name: "segmenter-on-demand",
  renderChunk: (code) =>
    code.replaceAll(/new Intl\.Segmenter\((.*?)\)/g, "{ segment: (text) => new Intl.Segmenter($1).segment(text) }")
}

export default defineConfig({
  input: "src/main.ts",
  plugins: [builtinsOnDemand, segmenterOnDemand, sbom, licences],
  platform: "node",
  // what reads a property at the top of a module, such as a layer for tests made of createServer, goes if nobody uses it
  treeshake: { propertyReadSideEffects: false },
  transform: { target: "node22.19", define: { POLLER_COMMIT: JSON.stringify(commit()) } },
  output: { file: "dist/poller.js", format: "esm", banner: "#!/usr/bin/env node", minify: true }
})
