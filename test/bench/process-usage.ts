import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"

/** The kernel counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100

/**
 * Milliseconds of processor time that the process has used so far, all its threads together (proc_pid_stat(5), utime
 * and stime).
 */
export const cpu = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  // the second field is the program's name in brackets, which may hold anything
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
}

const status = (path: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(path, "utf8"))?.[1])

/** Resident memory in megabytes, now and at its highest (proc_pid_status(5)). */
export const memory = (pid: number) => ({
  now: (status(`/proc/${pid}/status`, "VmRSS") * 1024) / 1e6,
  peak: (status(`/proc/${pid}/status`, "VmHWM") * 1024) / 1e6
})

/** How often a thread of the process has gone to sleep, and so been woken, so far. */
export const sleeps = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => status(`/proc/${pid}/task/${task}/status`, "voluntary_ctxt_switches"))
    .reduce((sum, count) => sum + count, 0)

/**
 * Takes a file out of the page cache. One that was just written lies there in larger pages than one that was read: of a
 * program, 20 MB that it never uses count as resident.
 */
export const forget = (file: string): void => {
  execFileSync("sync", ["--data", file])
  execFileSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"])
}
