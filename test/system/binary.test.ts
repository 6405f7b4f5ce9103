import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { Program } from "./program.ts"
import { json, startUpstream } from "./upstream.ts"

const root = join(import.meta.dirname, "../..")
const binary = join(root, "dist/poller")
const bundle = join(root, "dist/poller.js")

beforeAll(() => {
  execFileSync(process.execPath, ["deploy/binary.ts"], { cwd: root, stdio: "pipe" })
}, 120_000)

describe("the single executable", () => {
  /** A root folder with the executable and the libraries that ldd names: nothing else is there, no node, no modules, no shell. */
  const bare = mkdtempSync(join(tmpdir(), "poller-bare-"))

  beforeAll(() => {
    const libraries = execFileSync("ldd", [binary], { encoding: "utf8" }).match(/\/\S+/g) ?? []
    for (const file of libraries) {
      mkdirSync(join(bare, dirname(file)), { recursive: true })
      copyFileSync(file, join(bare, file))
    }
    copyFileSync(binary, join(bare, "poller"))
  })

  afterAll(() => rmSync(bare, { recursive: true }))

  const skip = process.getuid?.() === 0 ? false : "chroot needs root: sudo npm test"

  test.skipIf(skip)(
    `polls and serves in a root with nothing but libc and its like${skip ? ` (${skip})` : ""}`,
    async () => {
      const upstream = await startUpstream(json({ queue: { depth: 7 } }))
      onTestFinished(() => upstream[Symbol.asyncDispose]())
      const args = [bare, "/poller", "-addr", "127.0.0.1:0", "-target", `${upstream.url}/api`]
      const program = new Program(args, { command: "chroot" })
      onTestFinished(() => void program.child.kill("SIGKILL"))
      const [, port] = await program.line(/address=127\.0\.0\.1:(\d+)/)
      await upstream.request(1)
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
        .toContain("\nupstream_queue_depth 7\n")
      const { code, stderr } = await program.stop()
      expect(code).toBe(0)
      expect(stderr).not.toMatch(/warning/i)
    }
  )

  test("says nothing but what it was asked", () => {
    const version = execFileSync(binary, ["--version"], { encoding: "utf8", stdio: "pipe" })
    expect(version).toMatch(/^poller \d+\.\d+\.\d+ \(commit [0-9a-f]{12}(\+changes)?, Node 26\.\d+\.\d+\)\n$/)
  })
})

test("the same commit makes the same bundle, byte for byte", () => {
  const again = join(mkdtempSync(join(tmpdir(), "poller-again-")), "poller.js")
  onTestFinished(() => rmSync(dirname(again), { recursive: true }))
  execFileSync("rolldown", ["--config", "rolldown.config.ts", "--file", again], { cwd: root, stdio: "pipe" })
  expect(readFileSync(again).equals(readFileSync(bundle))).toBe(true)
})

test("the bundle names no folder of the machine that built it", () => {
  expect(readFileSync(bundle, "utf8")).not.toContain(root)
})
