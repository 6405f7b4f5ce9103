import * as ffi from "node:ffi"
import { closeSync, mkdtempSync, openSync, rmdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Flags of umount2(2). */
const detach = 2

const libc = () =>
  ffi.dlopen("libc.so.6", {
    mount: { arguments: ["string", "string", "string", "uint64", "string"], return: "int32" },
    umount2: { arguments: ["string", "int32"], return: "int32" }
  })

/**
 * A folder on a file system that does not respond, like NFS when its server has died: system calls on its files hang
 * until it is disposed of. It is FUSE without a program. Undefined, with a line, where this process may not mount.
 */
export const mountDead = (): (Disposable & { readonly folder: string }) | undefined => {
  const folder = mkdtempSync(join(tmpdir(), "poller-dead-"))
  let fd: number
  try {
    fd = openSync("/dev/fuse", "r+")
  } catch (error) {
    console.warn(`skipped: no file system that hangs: ${error}`)
    rmdirSync(folder)
    return undefined
  }
  const { functions } = libc()
  const options = `fd=${fd},rootmode=40000,user_id=${process.getuid?.()},group_id=${process.getgid?.()}`
  const free = () => {
    functions.umount2(folder, detach)
    closeSync(fd)
    rmdirSync(folder)
  }
  if (functions.mount("dead", folder, "fuse", 0n, options) !== 0) {
    console.warn("skipped: no file system that hangs: this user may not mount one")
    free()
    return undefined
  }
  return { folder, [Symbol.dispose]: free }
}

/** A folder on a file system that is full. Undefined, with a line, where this process may not mount. */
export const mountFull = (): (Disposable & { readonly folder: string }) | undefined => {
  const folder = mkdtempSync(join(tmpdir(), "poller-full-"))
  const { functions } = libc()
  if (functions.mount("full", folder, "tmpfs", 0n, "size=4096,nr_inodes=10") !== 0) {
    console.warn("skipped: no file system that is full: this user may not mount one")
    rmdirSync(folder)
    return undefined
  }
  writeFileSync(join(folder, "filled"), Buffer.alloc(4096))
  const free = () => {
    functions.umount2(folder, detach)
    rmdirSync(folder)
  }
  return { folder, [Symbol.dispose]: free }
}
