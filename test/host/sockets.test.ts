import { spawn } from "node:child_process"
import { once } from "node:events"
import * as ffi from "node:ffi"
import { get, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { expect, test } from "vitest"
import { activatedSockets } from "../../src/host/sockets.ts"

const pid = String(process.pid)

test.each([
  {
    name: "one socket",
    env: { LISTEN_PID: pid, LISTEN_FDS: "1", LISTEN_FDNAMES: "poller.socket" },
    sockets: [{ fd: 3, name: "poller.socket" }]
  },
  {
    name: "several, in their order",
    env: { LISTEN_PID: pid, LISTEN_FDS: "2", LISTEN_FDNAMES: "inside:outside" },
    sockets: [
      { fd: 3, name: "inside" },
      { fd: 4, name: "outside" }
    ]
  },
  { name: "no names", env: { LISTEN_PID: pid, LISTEN_FDS: "1" }, sockets: [{ fd: 3, name: "unknown" }] },
  { name: "nothing is passed", env: {}, sockets: [] },
  { name: "none are passed", env: { LISTEN_PID: pid, LISTEN_FDS: "0" }, sockets: [] },
  { name: "LISTEN_PID is another process", env: { LISTEN_PID: "1", LISTEN_FDS: "1" }, sockets: [] },
  { name: "LISTEN_FDS is not a number", env: { LISTEN_PID: pid, LISTEN_FDS: "three" }, sockets: [] }
])("$name", ({ env, sockets }) => {
  expect(activatedSockets(env)).toEqual(sockets)
})

/** A socket that listens without accepting, as systemd has it for a daemon. A server of Node would accept at once. */
const listenAsSystemd = () => {
  const { functions: libc } = ffi.dlopen(null, {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    bind: { arguments: ["i32", "buffer", "u32"], return: "i32" },
    listen: { arguments: ["i32", "i32"], return: "i32" },
    getsockname: { arguments: ["i32", "buffer", "buffer"], return: "i32" },
    close: { arguments: ["i32"], return: "i32" }
  })
  const [AF_INET, SOCK_STREAM] = [2, 1]
  const address = Buffer.from([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0)
  if (libc.bind(fd, address, address.length) !== 0 || libc.listen(fd, 8) !== 0) throw new Error("cannot listen")
  libc.getsockname(fd, address, Buffer.from([address.length, 0, 0, 0]))
  return { fd, port: address.readUInt16BE(2), close: () => libc.close(fd) }
}

test("a request between the end of one process and the start of the next is answered by the next", async () => {
  const socket = listenAsSystemd()
  const program = `import { createServer } from "node:http"
    import { activatedSockets } from ${JSON.stringify(new URL("../../src/host/sockets.ts", import.meta.url))}
    const [socket] = activatedSockets(process.env)
    createServer((_, response) => response.setHeader("connection", "close").end(process.argv[1])).listen(socket)
    process.on("SIGTERM", () => process.exit())`
  const start = (name: string) =>
    spawn("sh", ["-c", 'LISTEN_PID=$$ exec "$@"', "sh", process.execPath, "--input-type=module", "-e", program, name], {
      stdio: ["ignore", "inherit", "inherit", socket.fd],
      env: { ...process.env, LISTEN_FDS: "1" }
    })
  const request = async () => {
    const [incoming] = (await once(get({ port: socket.port }), "response")) as [IncomingMessage]
    return text(incoming)
  }

  const first = start("first")
  expect(await request()).toBe("first")
  first.kill()
  await once(first, "exit")

  const response = request()
  const second = start("second")
  expect(await response).toBe("second")
  second.kill()
  await once(second, "exit")
  socket.close()
})
