import { readFileSync } from "node:fs"

/** The lowest usual limit, for systems without /proc. */
const commonFileLimit = 1024

/**
 * How many files and sockets this process may have open (RLIMIT_NOFILE of getrlimit(2), read from /proc/PID/limits).
 * Node raises its soft limit to the hard one at start, so `ulimit -Sn` and systemd's 1024 do not matter.
 */
export const fileLimit = (limits = "/proc/self/limits"): number => {
  try {
    const [, soft = ""] = /^Max open files +(\S+)/m.exec(readFileSync(limits, "latin1")) ?? []
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft) || commonFileLimit
  } catch {
    return commonFileLimit
  }
}

/**
 * Divides the limit among running polls, idle connections to upstreams, and clients of the pages. The last eighth is
 * for files, name lookups, and the descriptors of Node itself.
 */
export const connections = (limit = fileLimit()) => ({
  polls: Math.min(2048, Math.floor(limit / 4)),
  idle: Math.floor(limit / 2),
  clients: Math.min(512, Math.floor(limit / 8))
})
