import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"

/** The kernel counts CPU time in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100

/**
 * CPU time of the process in milliseconds, with all its threads (proc_pid_stat(5), utime and stime).
 */
export const cpu = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  // the second field is the name of the program in brackets, which may contain anything
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
}

const status = (path: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(path, "utf8"))?.[1])

const megabytes = (pid: number, file: string, field: string) => (status(`/proc/${pid}/${file}`, field) * 1024) / 1e6

/**
 * Memory in megabytes: resident, now and at its highest (proc_pid_status(5)), and the part that is not a file's
 * (proc_pid_smaps(5)). How many pages of a file are resident depends on the page cache, not on the program.
 */
export const memory = (pid: number) => ({
  now: megabytes(pid, "status", "VmRSS"),
  peak: megabytes(pid, "status", "VmHWM"),
  anonymous: megabytes(pid, "smaps_rollup", "Anonymous")
})

/** How often threads of the process went to sleep, and so were woken. */
export const sleeps = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => status(`/proc/${pid}/task/${task}/status`, "voluntary_ctxt_switches"))
    .reduce((sum, count) => sum + count, 0)

/**
 * Drops a file from the page cache. A file that was just written is cached in larger pages than one that was read, so
 * that 20 MB more of a program would count as resident.
 */
export const forget = (file: string): void => {
  execFileSync("sync", ["--data", file])
  execFileSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"])
}
