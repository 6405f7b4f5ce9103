import * as ffi from "node:ffi"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { temporaryFolder } from "../temporary-folder.ts"

const AF_UNIX = 1
const SOCK_DGRAM = 2
const MSG_DONTWAIT = 0x40

/** A receiver for sd_notify(3): a Unix datagram socket, which Node cannot open, but libc can. */
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

  /** The messages since the last call, oldest first. systemd-notify sends `BARRIER=1` to wait until they are read. */
  const received = (): ReadonlyArray<string> => {
    const messages: Array<string> = []
    for (;;) {
      const length = Number(libc.recv(fd, buffer, BigInt(buffer.length), MSG_DONTWAIT))
      if (length < 0) return messages.filter((message) => message !== "BARRIER=1")
      messages.push(buffer.toString("utf8", 0, length))
    }
  }

  /** Receives messages until `work` ends. */
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
