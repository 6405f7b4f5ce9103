import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { withNode } from "./sbom.ts"

/*
 * Makes dist/poller of dist/poller.js: a copy of the running Node without its symbols, with the bundle and its compiled code in it
 * (https://nodejs.org/api/single-executable-applications.html).
 */
const root = join(import.meta.dirname, "..")
const output = join(root, "dist/poller")
const work = mkdtempSync(join(tmpdir(), "poller-binary-"))

/** Less memory at rest for a little speed. V8 takes compiled code only from a Node that ran with the same flags. */
const flags = ["--max-semi-space-size=1", "--optimize-for-size"]

const megabytes = (file: string) => `${Math.round(statSync(file).size / 1e6)} MB`

/** Symbols are a fifth of Node; without binutils they stay. */
const stripped = () => {
  const node = join(work, "node")
  copyFileSync(process.execPath, node)
  try {
    execFileSync("strip", [node], { stdio: "pipe" })
  } catch {
    console.error("strip is missing (apt-get install binutils): the symbols of Node stay in, 30 MB")
  }
  return node
}

try {
  const node = stripped()
  const config = join(work, "sea.json")
  writeFileSync(
    config,
    JSON.stringify({
      main: join(root, "dist/poller.js"),
      mainFormat: "module",
      executable: node,
      output,
      useCodeCache: true,
      // for a thread, which can only be given a text
      assets: { "poller.js": join(root, "dist/poller.js") },
      disableExperimentalSEAWarning: true,
      execArgv: ["--disable-warning=ExperimentalWarning", ...flags]
    })
  )
  execFileSync(process.execPath, [...flags, "--build-sea", config], { stdio: ["ignore", "ignore", "inherit"] })
  writeFileSync(`${output}.cdx.json`, withNode(readFileSync(join(root, "dist/poller.js.cdx.json"), "utf8")))
  console.log(`dist/poller: ${megabytes(output)}, of which Node ${megabytes(node)}`)
} finally {
  rmSync(work, { recursive: true })
}
