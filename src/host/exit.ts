import { existsSync } from "node:fs"
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
 * NFS server, or for long for one that asks a silent name server. execve(2) ends all threads.
 */
export const exitAtOnce = (): void => {
  process.on("exit", (code) => {
    if (!poolIsBusy()) return
    endNow(code)
    // before Node 26
    const shell = "/bin/sh"
    if (existsSync(shell)) process.execve?.(shell, ["sh", "-c", `exit ${code}`], {})
  })
}
