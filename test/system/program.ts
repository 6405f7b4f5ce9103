import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"

const { EXECUTABLE } = process.env
const built = resolve(EXECUTABLE ?? join(import.meta.dirname, "../../dist/poller.js"))
if (!existsSync(built)) throw new Error(`${built} is missing: npm run build, or build:binary`)

/**
 * The command of the built program: dist/poller.js, which `npm test` builds first, or the single executable that
 * $EXECUTABLE names (`npm run test:binary`).
 */
export const program: readonly [string, ...ReadonlyArray<string>] =
  EXECUTABLE === undefined ? [process.execPath, built] : [built]

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running program, its output so far, and its end. */
export class Program {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ""
  stderr = ""
  #waiting: Array<{ readonly pattern: RegExp; readonly resolve: (match: RegExpExecArray) => void }> = []

  constructor(
    args: ReadonlyArray<string>,
    options: { readonly env?: NodeJS.ProcessEnv; readonly command?: string } = {}
  ) {
    const [command, ...first] = options.command === undefined ? program : [options.command]
    this.child = spawn(command, [...first, ...args], {
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const { stdout, stderr } = this.child
    if (stdout === null || stderr === null) throw new Error("no pipes")
    stdout.setEncoding("utf8").on("data", (chunk: string) => {
      this.stdout += chunk
    })
    createInterface(stderr).on("line", (line) => {
      this.stderr += `${line}\n`
      this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
        const match = pattern.exec(line)
        if (match !== null) resolve(match)
        return match === null
      })
    })
    this.ended = once(this.child, "close").then(([code, signal]) => ({
      code,
      signal,
      stdout: this.stdout,
      stderr: this.stderr
    }))
  }

  /** Waits for a line on stderr that matches, unless there is one already. Fails when the program ends without it. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    for (const line of this.stderr.split("\n")) {
      const match = pattern.exec(line)
      if (match !== null) return Promise.resolve(match)
    }
    return Promise.race([
      new Promise<RegExpExecArray>((resolve) => this.#waiting.push({ pattern, resolve })),
      this.ended.then(({ code, stderr }) => {
        throw new Error(`ended with ${code} without a line ${pattern}:\n${stderr}`)
      })
    ])
  }

  /** Sends a signal and waits for the end; `took` is in milliseconds. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended & { readonly took: number }> {
    const start = performance.now()
    this.child.kill(signal)
    const ended = await this.ended
    return { ...ended, took: performance.now() - start }
  }
}

/** SIGHUP, SIGINT and SIGTERM, as in SigCgt of /proc/PID/status: the signals that a process catches. */
const handled = (1n << 0n) | (1n << 1n) | (1n << 14n)

/** Waits until a process has all of its signal handlers. */
export const handlesSignals = async (pid: number | undefined): Promise<void> => {
  const caught = () => BigInt(`0x${/SigCgt:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0}`)
  while ((caught() & handled) !== handled) await new Promise((resolve) => setImmediate(resolve))
}

/** Starts a daemon on a free port of loopback, and waits until it serves. */
export const startDaemon = async (args: ReadonlyArray<string>, options: { readonly env?: NodeJS.ProcessEnv } = {}) => {
  const program = new Program(["run", "--addr", "127.0.0.1:0", ...args], options)
  const [, port] = await program.line(/address=127\.0\.0\.1:(\d+)/)
  return Object.assign(program, { url: `http://127.0.0.1:${port}`, port: Number(port) })
}
