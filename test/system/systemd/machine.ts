import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import * as ffi from "node:ffi"
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"

const root = join(import.meta.dirname, "../../..")

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A line of the journal, as `journalctl -o json` has it. */
export interface Entry {
  readonly MESSAGE: string
  readonly PRIORITY: string
  /** The unit that wrote it; systemd itself writes about units as well. */
  readonly _SYSTEMD_UNIT: string
}

const namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup"]

/** Moves this thread, and its later children, into the network namespace of a process. Returns the way back. */
const enterNetwork = (pid: string) => {
  const { functions: libc } = ffi.dlopen(null, { setns: { arguments: ["i32", "i32"], return: "i32" } })
  const CLONE_NEWNET = 0x40000000
  const [own, other] = ["/proc/thread-self/ns/net", `/proc/${pid}/ns/net`].map((path) => openSync(path, "r"))
  const enter = (fd = -1) => {
    if (libc.setns(fd, CLONE_NEWNET) !== 0) throw new Error("cannot enter the network of the machine")
    closeSync(fd)
  }
  enter(other)
  return () => enter(own)
}

/** Where the project and Node are on the machine. */
export const inside = { root: "/srv/poller", node: `/srv/node/${process.execPath.split("/").at(-1)}` }

/** What can be done on the machine whose PID 1 is this process. */
const machineOf = (pid: string) => {
  const run = (command: string, ...args: ReadonlyArray<string>): Promise<Finished> =>
    new Promise((resolve) => {
      const environment = [
        "env",
        "-i",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8",
        "DEBIAN_FRONTEND=noninteractive"
      ]
      const enter = ["--target", pid, ...namespaces, "--root", "--wdns=/", ...environment]
      execFile("nsenter", [...enter, command, ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
      )
    })

  /** Runs a command that has to succeed. Returns what it prints. */
  const must = async (command: string, ...args: ReadonlyArray<string>) => {
    const { code, stdout, stderr } = await run(command, ...args)
    if (code !== 0) throw new Error(`${[command, ...args].join(" ")}: exit ${code}\n${stdout}${stderr}`)
    return stdout
  }

  /** The path by which this process sees a file of the machine. */
  const path = (file: string) => `/proc/${pid}/root${file}`

  const write = (file: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(path(file)), { recursive: true })
    writeFileSync(path(file), content, { mode })
  }

  /** Properties of a unit, as `systemctl show` has them. */
  const show = async <Name extends string>(unit: string, ...names: ReadonlyArray<Name>) => {
    const out = await must("systemctl", "show", unit, `--property=${names.join(",")}`)
    const pairs = out
      .trim()
      .split("\n")
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])
    return Object.fromEntries(pairs) as Record<Name, string>
  }

  const journal = async (unit: string): Promise<ReadonlyArray<Entry>> => {
    const out = await must("journalctl", "--unit", unit, "--output", "json")
    return out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Entry]))
  }

  return { run, must, path, write, show, journal }
}

/**
 * A machine that runs systemd, with this process in its network. It ends with this process at the latest. Undefined,
 * with a line that says why, where none can be booted.
 */
export const boot = async () => {
  const shares = [`${root}:${inside.root}`, `${dirname(process.execPath)}:/srv/node`]
  const script = spawn(join(import.meta.dirname, "machine.sh"), shares, { stdio: ["pipe", "pipe", "pipe"] })
  const exit = once(script, "exit")
  const problem = text(script.stderr)
  const [pid] = await Promise.race([once(createInterface(script.stdout), "line"), exit.then(() => [undefined])])
  if (pid === undefined) {
    const [code] = await exit
    if (code !== 77) throw new Error(await problem)
    console.warn(`skipped: ${(await problem).trim()}`)
    return undefined
  }
  const machine = machineOf(String(pid))
  // it may end up "degraded" by a unit of the host that cannot work in here, which does not matter here
  await machine.run("systemctl", "is-system-running", "--wait")
  const leaveNetwork = enterNetwork(String(pid))
  const halt = async () => {
    leaveNetwork()
    script.stdin.end()
    await exit
  }
  return { ...machine, halt }
}

export type Machine = ReturnType<typeof machineOf>

/** Asks until the answer is yes, for at most `seconds`. */
export const until = async (what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + seconds * 1000
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(20)
  }
}
