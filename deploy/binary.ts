import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build, type Plugin } from "rolldown"
import config, { latin, segmenterOnDemand } from "../rolldown.config.ts"
import { builtinsLater } from "./builtins.ts"
import * as licences from "./licences.ts"
import * as sbom from "./sbom.ts"

/*
 * Makes dist/poller: a copy of the running Node without its symbols, with the program in it as the heap of a process that has read it
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

/** One of the program's entries as a script, which is what Node takes into a snapshot and what a thread can be given as a text. */
const script = (entry: string, plugins: ReadonlyArray<Plugin>) =>
  build({
    ...config,
    input: join(root, `src/executable/${entry}.ts`),
    plugins: [segmenterOnDemand, latin, ...plugins],
    output: { ...config.output, file: join(work, `${entry}.js`), format: "cjs", banner: "" },
    logLevel: "silent"
  })

try {
  const node = stripped()
  await script("snapshot", [builtinsLater])
  await script("thread", [])
  writeFileSync(
    join(work, "sea.json"),
    JSON.stringify({
      main: "snapshot.js",
      executable: "node",
      output,
      useSnapshot: true,
      assets: { "thread.js": "thread.js" },
      disableExperimentalSEAWarning: true,
      execArgv: ["--disable-warning=ExperimentalWarning"]
    })
  )
  // a heap has the environment and the folder of its process in it
  execFileSync(node, ["--expose-internals", "--no-warnings", "--build-sea", "sea.json"], {
    cwd: work,
    env: {},
    stdio: ["ignore", "ignore", "inherit"]
  })
  const ofBundle = (suffix: string) => readFileSync(join(root, `dist/poller.js.${suffix}`), "utf8")
  writeFileSync(`${output}.cdx.json`, sbom.withNode(ofBundle("cdx.json")))
  writeFileSync(`${output}.licences.txt`, licences.withNode(ofBundle("licences.txt")))
  console.log(`dist/poller: ${megabytes(output)}, of which Node ${megabytes(node)}`)
} finally {
  rmSync(work, { recursive: true })
}
