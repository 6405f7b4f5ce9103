import { readFileSync } from "node:fs"
import { hashSync } from "bcryptjs"
import { expect, onTestFinished, test } from "vitest"
import { startDaemon } from "./program.ts"
import { fault, fuzz, mutated } from "./request-fuzzer.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

const start = async (...flags: ReadonlyArray<string>) => {
  const upstream = await startUpstream(json({ depth: 7 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const config = configuration({ targets: [{ name: "t", url: upstream.url, metrics: { shop_depth: "depth" } }] })
  const daemon = await startDaemon(["--config", config, ...flags])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const web = configuration({
  basic_auth_users: { prometheus: hashSync("sesame", 4) },
  http_server_config: { headers: { "X-Frame-Options": "deny" } }
})

test.each([
  ["plain", []],
  ["with passwords and headers", ["--web-config", web]]
])("the daemon answers after 3,000 mutated requests: %s", async (_what, flags) => {
  const daemon = await start(...flags)
  const first = Math.floor(Math.random() * 2 ** 31)
  await fuzz(daemon.port, first, 3000)
  expect(await (await fetch(`${daemon.url}/healthz`)).text()).toBe("ok\n")
  expect(daemon.stderr).not.toMatch(/bug|Error/)
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.child.pid}/status`, "utf8"))?.[1]
  expect(Number(memory)).toBeLessThan(300_000)
  expect((await daemon.stop()).code).toBe(0)
})

test("the fuzzer detects a response that a server must not send", () => {
  expect(fault(Buffer.from("HTTP/1.1 500 Internal Server Error\r\n\r\n"))).toContain("500")
  expect(fault(Buffer.from("hello"))).toContain("hello")
  expect(fault(Buffer.from("HTTP/1.1 200 OK\r\n\r\nError: x\n    at run (file:///poller.js:1:2)"))).toContain("stack")
  expect(fault(Buffer.from("HTTP/1.1 200 OK\r\n\r\nok\n"))).toBeUndefined()
  expect(new Set(Array.from({ length: 1000 }, (_, seed) => mutated(seed).toString("latin1"))).size).toBeGreaterThan(900)
})
