import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "rolldown"
import config, { builtinsOnDemand, segmenterOnDemand } from "../rolldown.config.ts"
import * as licences from "./licences.ts"
import * as sbom from "./sbom.ts"

/*
 * Makes dist/poller: a copy of the running Node without its symbols, with the program and its compiled code in it
 * (https://nodejs.org/api/single-executable-applications.html). No flags of V8: those that save memory at rest (2 MB) cost three times the
 * processor time in large polls, and with any of them Node compiles its own modules anew at every start.
 */
const root = join(import.meta.dirname, "..")
const output = join(root, "dist/poller")
const work = mkdtempSync(join(tmpdir(), "poller-binary-"))

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

/** Node keeps compiled code of a script, not of a module. */
const script = join(work, "poller.js")

try {
  const node = stripped()
  await build({
    ...config,
    plugins: [builtinsOnDemand, segmenterOnDemand],
    output: { ...config.output, file: script, format: "cjs" },
    logLevel: "silent"
  })
  const sea = join(work, "sea.json")
  writeFileSync(
    sea,
    JSON.stringify({
      main: script,
      executable: node,
      output,
      useCodeCache: true,
      // for a thread, which can only be given a text
      assets: { "poller.js": script },
      disableExperimentalSEAWarning: true,
      execArgv: ["--disable-warning=ExperimentalWarning"]
    })
  )
  execFileSync(process.execPath, ["--build-sea", sea], { stdio: ["ignore", "ignore", "inherit"] })
  const ofBundle = (suffix: string) => readFileSync(join(root, `dist/poller.js.${suffix}`), "utf8")
  writeFileSync(`${output}.cdx.json`, sbom.withNode(ofBundle("cdx.json")))
  writeFileSync(`${output}.licences.txt`, licences.withNode(ofBundle("licences.txt")))
  console.log(`dist/poller: ${megabytes(output)}, of which Node ${megabytes(node)}`)
} finally {
  rmSync(work, { recursive: true })
}
