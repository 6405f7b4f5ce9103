import * as ffi from "node:ffi"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { temporaryFolder } from "../temporary-folder.ts"

const AF_UNIX = 1
const SOCK_DGRAM = 2
const MSG_DONTWAIT = 0x40

/** The other end of sd_notify(3): a datagram socket in the file system, which Node does not have and libc does. */
export const openReceiver = () => {
  const directory = temporaryFolder()
  const path = join(directory, "socket")
  const { functions: libc, lib } = ffi.dlopen(null, {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    bind: { arguments: ["i32", "buffer", "u32"], return: "i32" },
    recv: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
    close: { arguments: ["i32"], return: "i32" }
  })
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)])
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM, 0)
  if (libc.bind(fd, address, address.length) !== 0) throw new Error(`cannot bind ${path}`)
  const buffer = Buffer.alloc(4096)

  /** What lies there, oldest first. `BARRIER=1` is how systemd-notify asks whether it has been read. */
  const received = (): ReadonlyArray<string> => {
    const messages: Array<string> = []
    for (;;) {
      const length = Number(libc.recv(fd, buffer, BigInt(buffer.length), MSG_DONTWAIT))
      if (length < 0) return messages.filter((message) => message !== "BARRIER=1")
      messages.push(buffer.toString("utf8", 0, length))
    }
  }

  /** Reads for as long as `work` lasts. */
  const during = async <A>(work: Promise<A>): Promise<{ result: A; messages: ReadonlyArray<string> }> => {
    const messages: Array<string> = []
    let done = false
    const finish = () => {
      done = true
    }
    work.then(finish, finish)
    while (!done) {
      await sleep(2)
      messages.push(...received())
    }
    return { result: await work, messages: [...messages, ...received()] }
  }

  const close = () => {
    libc.close(fd)
    lib.close()
  }

  return { path, received, during, close }
}
