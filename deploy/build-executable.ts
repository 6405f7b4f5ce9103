import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "rolldown"
import config, { plugins } from "../rolldown.config.ts"
import { clusterFile } from "./cluster-script.ts"
import { keepCode, neededLater } from "./code-cache.ts"
import * as licences from "./licences.ts"
import { platformNamed } from "./platform.ts"
import * as sbom from "./sbom.ts"

/*
 * Makes dist/poller: a copy of Node without its symbols, with the program in it as a start-up snapshot
 * (https://nodejs.org/api/single-executable-applications.html).
 *
 * `node deploy/build-executable.ts` uses the running Node. `node deploy/build-executable.ts arm64` uses Node for arm64
 * from npm. It makes the snapshot under QEMU, since a snapshot fits only the processor that made it.
 */

/**
 * Flags of V8. Without Sparkplug, its first compiler, a start compiles 750 functions fewer: 5 ms and 1 MB. After some
 * hundred polls the next compiler has compiled the hot code. Without unrolled repetitions, Node's regular expression of
 * IPv6 addresses compiles in 1 ms instead of 8. The building Node needs the same flags, or the compiled code of its own
 * modules is not used. Flags that save more memory (2 MB) triple the CPU time of large polls.
 */
const flags = ["--no-sparkplug", "--no-regexp-unroll"]

/**
 * SIGUSR1 and NODE_OPTIONS could open Node's inspector, and with it a port. These flags win over NODE_OPTIONS.
 */
const closedInspector = ["--disable-sigusr1", "--no-inspect", "--no-inspect-brk", "--no-inspect-wait"]

const root = join(import.meta.dirname, "..")
const platform = platformNamed(process.argv[2])
const output = join(root, `dist/${platform.executable}`)

const work = mkdtempSync(join(tmpdir(), "poller-binary-"))
const built = join(work, "poller")

const megabytes = (file: string) => `${Math.round(statSync(file).size / 1e6)} MB`

/** Node without symbols, which are a fifth of its size. */
const strippedNode = () => {
  const node = join(work, "node")
  copyFileSync(platform.node().file, node)
  try {
    execFileSync(platform.strip, [node], { stdio: "pipe" })
  } catch {
    console.error(`${platform.strip} is missing (apt-get install ${platform.binutils}): the executable is 30 MB larger`)
  }
  return node
}

/**
 * Bundles an entry of the program as one script: a snapshot is made from one script, and a worker runs one text.
 */
const script = (entry: string) =>
  build({
    ...config,
    input: join(root, `src/executable/${entry}.ts`),
    plugins,
    output: { ...config.output, file: join(work, `${entry}.js`), banner: "" },
    logLevel: "silent"
  })

try {
  const node = strippedNode()
  const { output: chunks } = await script("snapshot")
  await script("thread")
  writeFileSync(
    join(work, "sea.json"),
    JSON.stringify({
      main: "snapshot.js",
      executable: "node",
      output: built,
      useSnapshot: true,
      assets: { "thread.js": "thread.js", [clusterFile]: join(root, "dist", clusterFile) },
      disableExperimentalSEAWarning: true,
      execArgv: ["--disable-warning=ExperimentalWarning", ...closedInspector, ...flags]
    })
  )
  // the snapshot keeps the environment and the working directory of its process
  const run = (...args: ReadonlyArray<string>) => {
    const [command = "", ...rest] = [...platform.emulator, node, ...args]
    // stderr is a file: for a pipe Node would make a stream, which the snapshot must not contain
    const stderr = join(work, "stderr")
    try {
      return execFileSync(command, rest, {
        cwd: work,
        env: {},
        encoding: "utf8",
        stdio: ["ignore", "pipe", openSync(stderr, "w")]
      })
    } finally {
      process.stderr.write(readFileSync(stderr))
    }
  }
  const loaded = run("--expose-internals", "--no-warnings", ...flags, "--build-sea", "sea.json")
  const executable = readFileSync(built)
  if (keepCode(executable, neededLater(run, loaded.split("\n"), chunks[0].imports))) writeFileSync(built, executable)
  else
    console.error(
      `the compiled code of Node's modules was not found in the snapshot of Node ${process.version}: 3 MB of it are not removed`
    )
  // by rename, since the old executable may be running
  copyFileSync(built, `${output}.new`)
  renameSync(`${output}.new`, output)
  const ofBundle = (suffix: string) => readFileSync(join(root, `dist/poller.js.${suffix}`), "utf8")
  writeFileSync(`${output}.cdx.json`, sbom.withNode(ofBundle("cdx.json")))
  writeFileSync(`${output}.licences.txt`, licences.withNode(ofBundle("licences.txt"), platform.node().folder))
  console.log(`dist/${platform.executable}: ${megabytes(output)}, of which Node ${megabytes(node)}`)
} finally {
  rmSync(work, { recursive: true })
}
