import { execFileSync } from "node:child_process"
import { delimiter, dirname, join } from "node:path"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { openReceiver } from "../host/receiver.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { mountDead } from "./dead-mount.ts"
import { Program } from "./program.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

const root = join(import.meta.dirname, "../..")

/** The oldest Node that package.json promises to run on. */
const oldest = `${pkg.engines.node.replace(">=", "")}.0`
const exec = ["exec", "--yes", `--package=node@${oldest}`, "--", "node"]

const noOldNode = isMissing({
  name: `Node ${oldest}`,
  probe: ["npm", ...exec, "--version"],
  install: "npm brings it from its registry, which cannot be reached"
})

const noSystemdNotify = isMissing({
  name: "systemd-notify",
  probe: ["systemd-notify", "--version"],
  install: "apt-get install systemd"
})

describe.skipIf(noOldNode)(`what npm pack makes, installed by npm for Node ${oldest}`, () => {
  const prefix = temporaryFolder()
  const poller = join(prefix, "bin/poller")
  let path = ""

  const npm = (...args: ReadonlyArray<string>) => execFileSync("npm", args, { cwd: root, encoding: "utf8" }).trim()

  beforeAll(() => {
    // npm test has just built it
    const tarball = npm("pack", "--silent", "--ignore-scripts", "--pack-destination", prefix)
    // --offline, because the package contains all that it needs
    npm("install", "--silent", "--global", "--offline", "--prefix", prefix, join(prefix, tarball))
    const node = execFileSync("npm", [...exec, "--print", "process.execPath"], { encoding: "utf8" }).trim()
    path = [dirname(node), process.env.PATH].join(delimiter)
  })

  const start = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
    const program = new Program(["--addr", "127.0.0.1:0", ...args], { command: poller, env: { PATH: path, ...env } })
    onTestFinished(() => void program.child.kill("SIGKILL"))
    return program
  }

  test("prints its version and that of Node", () => {
    const version = execFileSync(poller, ["--version"], { encoding: "utf8", env: { PATH: path } })
    expect(version).toMatch(
      new RegExp(`^poller ${pkg.version} \\(commit [0-9a-f]{12}(\\+changes)?, Node ${oldest}\\)\n$`)
    )
  })

  test.each([
    ["an answer", 0],
    ["one that a worker converts", 5_000_000]
  ])("polls %s, serves it and stops, without a warning from Node", async (_, padding) => {
    await using upstream = await startUpstream(json({ queue: { depth: 7 }, note: "x".repeat(padding) }))
    const program = start(["--target", upstream.url])
    const [, port] = await program.line(/address=127\.0\.0\.1:(\d+)/)
    const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    await expect.poll(page, { timeout: 10_000 }).toContain("\nupstream_queue_depth 7\n")
    const { code, stderr } = await program.stop()
    expect(code).toBe(0)
    expect(stderr.trim().split("\n")).toHaveLength(2)
  })

  test("exits with 0 at once although a read of a secret hangs", async (context) => {
    const mount = mountDead()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    onTestFinished(() => mount[Symbol.dispose]())
    const auth = { bearer_token_file: join(mount.folder, "secret") }
    const targets = [{ name: "dead", url: "http://127.0.0.1:1/", interval: "200ms", timeout: "200ms", auth }]
    const program = start(["--config", configuration({ targets })])
    await program.line(/target down/)
    const { code, signal, took } = await program.stop()
    expect([code, signal, took < 3000]).toEqual([0, null, true])
  })

  test.skipIf(noSystemdNotify)("reaches systemd through systemd-notify, and says so", async () => {
    const systemd = openReceiver()
    onTestFinished(systemd.close)
    await using upstream = await startUpstream(json({ depth: 7 }))
    const program = start(["--target", upstream.url, "--interval", "1s", "--timeout", "1s"], {
      NOTIFY_SOCKET: systemd.path,
      WATCHDOG_USEC: "1000000"
    })
    // the command waits until its message has been read
    const life = program
      .line(/message=polling/)
      .then(() => upstream.request(3))
      .then(() => program.stop())
    const { result, messages } = await systemd.during(life)
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(/^\S+ level=WARN .*systemd-notify, for which the unit needs NotifyAccess=all/)
    expect(messages).toEqual(expect.arrayContaining(["READY=1", "WATCHDOG=1", expect.stringMatching(/^STOPPING=1\n/)]))
  })
})
