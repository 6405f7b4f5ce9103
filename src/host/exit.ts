import { existsSync } from "node:fs"
import { loadFfi } from "./ffi.ts"
import { mayHang } from "./file-reader.ts"

/** Whether a thread of libuv's pool is in a system call, for a file or for a name lookup. */
const poolIsBusy = () =>
  mayHang() || process.getActiveResourcesInfo().some((name) => /Req(Promise|Callback|Wrap)?$/.test(name))

/** Ends the process at once (_exit(2)). Returns without node:ffi, or if the libc has no _exit. */
const endNow = (code: number): void => {
  try {
    loadFfi()
      ?.dlopen(null, { _exit: { arguments: ["int32"], return: "void" } })
      .functions._exit(code)
  } catch {
    // no such symbol
  }
}

/**
 * Makes the process exit without waiting for the threads of libuv's pool. Node joins them at exit: a thread that reads
 * from a dead NFS server would hold it for ever, one that waits for a silent name server for long. execve(2) also ends
 * all threads.
 */
export const exitAtOnce = (): void => {
  process.on("exit", (code) => {
    if (!poolIsBusy()) return
    endNow(code)
    // without node:ffi, before Node 26
    const shell = "/bin/sh"
    if (existsSync(shell)) process.execve?.(shell, ["sh", "-c", `exit ${code}`], {})
  })
}
