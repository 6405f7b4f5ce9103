import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { handlesSignals, Program, program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const folder = temporaryFolder()

const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const upstreamThat = async (handler = json({ up: 1, word: "x" })) => {
  const upstream = await startUpstream(handler)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const silentUpstream = () => upstreamThat(() => undefined)

const good = file(
  "good.yml",
  "targets: [{ name: a, url: 'http://127.0.0.1:1/', metrics: { a_up: { value: up, help: Up. } } }]\n"
)
const response = file("response.json", '{"up":1}')
const exporter = file("exporter.yml", "modules: { a: { metrics: [{ name: a_up, path: '{.up}' }] } }\n")
file("good.prom", "# HELP a_up Up.\n# TYPE a_up gauge\na_up 1\n")
const tests = file("good.test.yml", "tests: [{ target: a, from: response.json, want: good.prom }]\n")

describe("an interrupted command exits with 128 and the signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("%s: once, in a poll", async (signal, code) => {
    const upstream = await silentUpstream()
    const program = new Program(["once", "--target", upstream.url])
    await upstream.request(1)
    expect(await program.stop(signal)).toMatchObject({ code, signal: null, stdout: "", stderr: "" })
  })

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("%s: init, in its request", async (signal, code) => {
    const upstream = await silentUpstream()
    const program = new Program(["init", upstream.url])
    await upstream.request(1)
    expect(await program.stop(signal)).toMatchObject({ code, signal: null, stdout: "", stderr: "" })
  })

  const signals = [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const

  test.each(
    [
      ["check", "-"],
      ["test", "--config", "-", tests],
      ["convert", "-"]
    ].flatMap((args) => signals.map(([signal, code]) => [signal, code, args] as const))
  )("%s, exit %i: %j, while it reads standard input", async (signal, code, args) => {
    const [command, ...first] = program
    const child = spawn(command, [...first, ...args], { stdio: ["pipe", "inherit", "inherit"] })
    child.stdin.write("targets: ")
    await handlesSignals(child.pid)
    child.kill(signal)
    expect(await once(child, "exit")).toEqual([code, null])
  })

  test.each(signals)("%s, exit %i: schema, while nobody reads its output", async (signal, code) => {
    const [command, ...first] = program
    const child = spawn(command, [...first, "schema"], { stdio: ["ignore", "pipe", "inherit"] })
    // the schema is longer than a pipe
    await once(child.stdout, "readable")
    child.kill(signal)
    expect(await once(child, "exit")).toEqual([code, null])
    child.stdout.destroy()
  })
})

/** Runs a command whose stdout or stderr is a full disk. */
const onFullDisk = async (args: ReadonlyArray<string>, full: "stdout" | "stderr") => {
  const disk = openSync("/dev/full", "w")
  const [command, ...first] = program
  const child = spawn(command, [...first, ...args], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", full === "stdout" ? disk : "pipe", full === "stderr" ? disk : "pipe"]
  })
  closeSync(disk)
  const [said, [code]] = await Promise.all([
    text((full === "stdout" ? child.stderr : child.stdout) ?? process.stdin),
    once(child, "exit")
  ])
  return { code, said }
}

describe("stdout on a full disk: exit 1, with a line", () => {
  test.each([
    [["check", good]],
    [["schema"]],
    [["once", "--config", good, "--from", response]],
    [["init", response]],
    [["convert", exporter]],
    [["test", tests]],
    [["--help"]],
    [["--version"]]
  ])("%j", async (args) => {
    expect(await onFullDisk(args, "stdout")).toEqual({
      code: 1,
      said: "cannot write to stdout: no space left on the disk\n"
    })
  })
})

test("a reader that goes away is not an error", async () => {
  const [command, ...first] = program
  const child = spawn("bash", ["-c", 'set -o pipefail; "$@" | head -c 10', "-", command, ...first, "schema"], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")])
  expect([code, out.length, err]).toEqual([0, 10, ""])
})

test("a log on a full disk: the daemon only loses the lines", async () => {
  const upstream = await upstreamThat()
  const { port } = await startDaemon(["--target", upstream.url]).then(async (other) => {
    await other.stop()
    return other
  })
  const disk = openSync("/dev/full", "w")
  const [command, ...first] = program
  const child = spawn(
    command,
    [...first, "--target", upstream.url, "--interval", "1s", "--addr", `127.0.0.1:${port}`],
    {
      env: { PATH: process.env.PATH },
      stdio: ["ignore", disk, disk]
    }
  )
  closeSync(disk)
  onTestFinished(() => void child.kill("SIGKILL"))
  const page = () => fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text())
  await expect.poll(() => page().catch(() => ""), { timeout: 10_000 }).toContain("upstream_up 1\n")
  child.kill("SIGHUP")
  await expect.poll(page, { timeout: 10_000 }).toMatch(/^polls_total\{target="[^"]*"\} [3-9]$/m)
  child.kill("SIGTERM")
  expect(await once(child, "exit")).toEqual([0, null])
})

test("once --strict exits 1 when a sample was dropped", async () => {
  const config = file(
    "dropped.yml",
    "targets: [{ name: a, url: 'http://127.0.0.1:1/', metrics: { a_up: { value: up, help: Up. }, a_down: { value: down, help: Down. } } }]\n"
  )
  const once = (...args: ReadonlyArray<string>) => new Program(["once", "--from", response, ...args]).ended
  expect(await once(config)).toMatchObject({ code: 0, stderr: "a: a_down: missing: down of $: @ has up\n" })
  expect(await once("--strict", config)).toMatchObject({ code: 1, stdout: expect.stringContaining("a_up 1\n") })
  expect(await once("--strict", good)).toMatchObject({ code: 0 })
})

describe("the environment", () => {
  const daemonFails = async (env: NodeJS.ProcessEnv) => {
    const { code, stderr } = await new Program(["--target", "http://127.0.0.1:1/"], { env }).ended
    return { code, stderr }
  }

  test.each([
    ["POLLER_LOG_LEVEL", "verbose", "trace, debug, info, warn or error"],
    ["POLLER_LOG_FORMAT", "xml", "logfmt, json or pretty"],
    ["POLLER_INTERVAL", "soon", "a duration such as 500ms, 30s, 5m or 1h30m"],
    ["POLLER_SHARD", "one", "a whole number"]
  ])("%s=%s: the message names the variable and what it may be", async (name, value, expected) => {
    expect(await daemonFails({ [name]: value })).toEqual({
      code: 78,
      stderr: `${name} "${value}": expected ${expected}\n`
    })
  })

  test("an unknown POLLER_ variable is a warning with the nearest name", async () => {
    const { code, stderr } = await new Program(["check", good], { env: { POLLER_ADRR: ":1" } }).ended
    expect([code, stderr]).toEqual([
      0,
      "POLLER_ADRR: warning: poller has no such variable; did you mean POLLER_ADDR?\n"
    ])
    const upstream = await upstreamThat()
    const daemon = await startDaemon(["--target", upstream.url], { env: { POLLER_ADRR: ":1" } })
    expect((await daemon.stop()).stderr).toMatch(
      /level=WARN message="poller has no such variable; did you mean POLLER_ADDR\?" variable=POLLER_ADRR\n/
    )
  })
})

// the executable brings its own Node
if (process.env.EXECUTABLE === undefined) {
  const old = { PATH: "/usr/bin:/bin" }
  const isOld = "v = process.versions.node.split('.'); process.exit(v[0] < 22 || (v[0] == 22 && v[1] < 19) ? 0 : 1)"
  const noOldNode = isMissing({
    name: "Node older than 22.19",
    probe: ["env", `PATH=${old.PATH}`, "node", "-e", isOld],
    install: "apt-get install nodejs"
  })
  test.skipIf(noOldNode)("an older Node says in one line what is needed and what was found", async () => {
    const [, bundle = ""] = program
    const { code, stdout, stderr } = await new Program([bundle, "check"], { command: "node", env: old }).ended
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toMatch(/^poller needs Node 22\.19 or later, and this is Node \d+\.\d+\.\d+ \(\S+\)\n$/)
  })
}
