import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { json, startUpstream } from "../system/test-upstream.ts"

/** What `npm run release` made; `npm run test:release` makes it first. */
export const release = join(import.meta.dirname, "../../dist/release")

/** How the names of most files begin. */
export const name = `poller-${pkg.version}`

/** Runs a command in the folder of the release, which has to succeed. Returns what it prints. */
export const output = (command: string, ...args: ReadonlyArray<string>) =>
  execFileSync(command, args, { cwd: release, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 })

/** The last process of a chain in which each has one child. */
const lastChild = (pid: number): number => {
  const tasks = `/proc/${pid}/task`
  const [child] = readdirSync(tasks).flatMap(
    (task) => readFileSync(`${tasks}/${task}/children`, "utf8").match(/\d+/g) ?? []
  )
  return child === undefined ? pid : lastChild(Number(child))
}

/**
 * Starts a daemon, waits for a poll and a scrape, calls `then` with its address, and sends SIGTERM. Returns the exit
 * code and the signal.
 */
export const pollOnce = async (
  [command = "", ...args]: ReadonlyArray<string>,
  then: (address: string) => void = () => undefined
) => {
  await using upstream = await startUpstream(json({ queue: { depth: 7 } }))
  const child = spawn(command, [...args, "run", "--target", upstream.url, "--addr", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text
  })
  const address = () => /address=(127\.0\.0\.1:\d+)/.exec(log)?.[1] ?? ""
  await expect.poll(address, { timeout: 60_000 }).not.toBe("")
  const page = async () => (await fetch(`http://${address()}/metrics`)).text()
  await expect.poll(page, { timeout: 60_000 }).toContain("\nupstream_queue_depth 7\n")
  then(address())
  // a container engine signals the process in the container; buildah run would end itself
  process.kill(lastChild(child.pid ?? Number.NaN), "SIGTERM")
  return once(child, "exit")
}
