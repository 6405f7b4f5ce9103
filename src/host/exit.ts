import { loadFfi } from "./ffi.ts"
import { mayHang } from "./file-reader.ts"

/** A thread of libuv's pool is in a system call: reads a file, looks up a name. */
const poolIsBusy = () =>
  mayHang() || process.getActiveResourcesInfo().some((name) => /Req(Promise|Callback|Wrap)?$/.test(name))

/** Ends the process at once (_exit(2)); returns where there is no node:ffi. */
const endNow = (code: number): void => {
  try {
    loadFfi()
      ?.dlopen(null, { _exit: { arguments: ["int32"], return: "void" } })
      .functions._exit(code)
  } catch {
    // another libc
  }
}

/**
 * Node joins the threads of libuv's pool when it exits, and so would wait for ever for one that reads a file of a dead
 * NFS server, or for long for one that asks a silent name server.
 */
export const exitAtOnce = (): void => {
  process.on("exit", (code) => {
    if (!poolIsBusy()) return
    endNow(code)
    if (!mayHang()) return
    // before Node 26 a signal is what ends a process whatever its threads do; systemd takes SIGTERM for a clean end
    // (systemd.service(5), SuccessExitStatus=)
    process.removeAllListeners("SIGTERM")
    process.kill(process.pid, code === 0 ? "SIGTERM" : "SIGKILL")
  })
}
