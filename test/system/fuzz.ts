import { fuzz as fuzzClient } from "../client/response-fuzzer.ts"
import { startDaemon } from "./program.ts"
import { fuzz as fuzzServer } from "./request-fuzzer.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

/**
 * `npm run fuzz [SECONDS] [SEED]`: runs each of the two fuzzers for half of the time, from a random seed. Prints how
 * many cases there were. Fails at the first fault, with its seed.
 */
const seconds = Number(process.argv[2] ?? 60)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31))

/** Cases between two looks at the time. */
const batch = 1000

const run = async (name: string, fuzz: (first: number) => Promise<unknown>) => {
  const end = performance.now() + (seconds * 1000) / 2
  let next = seed
  while (performance.now() < end) {
    await fuzz(next)
    next += batch
  }
  console.log(`${name}: ${next - seed} cases from seed ${seed} on`)
}

await run("responses", (first) => fuzzClient(first, batch))

await using upstream = await startUpstream(json({ depth: 7 }))
const target = { name: "shop", url: upstream.url, metrics: { shop_depth: "depth" } }
const daemon = await startDaemon(["--config", configuration({ targets: [target] })])
try {
  await run("requests", async (first) => {
    await fuzzServer(daemon.port, first, batch)
    const health = await (await fetch(`${daemon.url}/healthz`)).text()
    if (health !== "ok\n") throw new Error(`/healthz says ${health} after seed ${first}`)
  })
  if (/bug|Error/.test(daemon.stderr)) throw new Error(daemon.stderr)
} finally {
  const { code } = await daemon.stop()
  if (code !== 0) console.error(`the daemon ended with ${code}`)
  process.exitCode ??= code ?? 1
}
