import { readFileSync } from "node:fs"

/** What most systems allow at least, where /proc says nothing. */
const usual = 1024

/**
 * How many files and sockets this process may have open (RLIMIT_NOFILE of getrlimit(2), /proc/PID/limits of proc(5)). Node raises its soft limit to
 * the hard one when it starts, so that `ulimit -Sn` and systemd's 1024 do not matter.
 */
export const fileLimit = (limits = "/proc/self/limits"): number => {
  try {
    const [, soft = ""] = /^Max open files +(\S+)/m.exec(readFileSync(limits, "latin1")) ?? []
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft) || usual
  } catch {
    return usual
  }
}

/**
 * The shares of the limit: polls under way, idle connections to upstreams, and clients of the pages. The last eighth is for files that are read, names that
 * are looked up, and what Node itself has open.
 */
export const connections = (limit = fileLimit()) => ({
  polls: Math.min(2048, Math.floor(limit / 4)),
  idle: Math.floor(limit / 2),
  clients: Math.min(512, Math.floor(limit / 8))
})
