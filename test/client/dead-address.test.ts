import { spawn } from "node:child_process"
import dns from "node:dns"
import { once } from "node:events"
import { syncBuiltinESMExports } from "node:module"
import { createInterface } from "node:readline"
import * as Duration from "effect/Duration"
import { expect, onTestFinished, test, vi } from "vitest"
import { get } from "../../src/client/request.ts"
import { isMissing } from "../system/counterpart.ts"
import { startFaulty } from "./faulty.ts"
import { openExchange, resultText } from "./target-exchange.ts"

/** Makes every name resolve to these addresses until the test ends. */
const resolveTo = (...addresses: ReadonlyArray<string>) => {
  const found = addresses.map((address) => ({ address, family: 4 }))
  const lookup = (_name: string, _options: object, done: (error: null, found: ReadonlyArray<object>) => void) =>
    done(null, found)
  const spy = vi.spyOn(dns, "lookup").mockImplementation(lookup as unknown as typeof dns.lookup)
  syncBuiltinESMExports()
  onTestFinished(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
}

const noPython = isMissing({ name: "python3", probe: ["python3", "--version"], install: "apt-get install python3" })

/** A Python program that listens with a full queue: the kernel neither accepts nor refuses more connections. */
const fullListener = (port: number) => `
import socket, time
listener = socket.socket()
listener.bind(("127.0.0.2", ${port}))
listener.listen(0)
waiting = []
for _ in range(4):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.2", ${port}))
    waiting.append(client)
time.sleep(0.1)
print("full", flush=True)
time.sleep(60)
`

test.skipIf(noPython)("a dead first address leaves time for the second, however short the timeout", async () => {
  const upstream = await startFaulty()
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const dead = spawn("python3", ["-c", fullListener(upstream.port)], { stdio: ["ignore", "pipe", "inherit"] })
  onTestFinished(() => void dead.kill("SIGKILL"))
  await once(createInterface(dead.stdout), "line")
  resolveTo("127.0.0.2", "127.0.0.1")
  const url = new URL(`${upstream.url}/good`)
  url.hostname = "two.test"
  for (const timeout of [200, 1000]) {
    // a busy machine may miss 200 ms once; a first attempt that takes all of the time misses them at each poll
    const poll = await openExchange(get(url, Duration.millis(timeout)))
    const outcomes = []
    for (let turn = 0; turn < 5; turn++) outcomes.push(resultText(await poll()))
    expect(outcomes).toContain('{"a":1}')
  }
})
