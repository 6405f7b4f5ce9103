/** The first descriptor that systemd passes (sd_listen_fds(3), SD_LISTEN_FDS_START). */
const firstFd = 3

/** A listening socket that was bound before this process started. */
export interface Socket {
  readonly fd: number
  /** FileDescriptorName= of the socket unit; by default the name of the unit. */
  readonly name: string
}

/**
 * The sockets that systemd passes to this process (sd_listen_fds(3)), for `server.listen({ fd })`. They stay open
 * between two processes: a client that connects during a restart waits for the next process.
 */
export const activatedSockets = (env: NodeJS.ProcessEnv): ReadonlyArray<Socket> => {
  const { LISTEN_PID: pid = "", LISTEN_FDS: count = "", LISTEN_FDNAMES: names = "" } = env
  if (Number(pid) !== process.pid || !/^[1-9][0-9]*$/.test(count)) return []
  const name = names.split(":")
  return Array.from({ length: Number(count) }, (_, index) => ({ fd: firstFd + index, name: name[index] || "unknown" }))
}
