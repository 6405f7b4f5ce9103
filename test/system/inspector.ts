import { once } from "node:events"
import type { Program } from "./program.ts"

/** Node's own inspector in a program that was started with `env`: what lives on its heap, once all garbage is gone. */
export const env = { NODE_OPTIONS: "--inspect=127.0.0.1:0" }

export const inspect = async (program: Program) => {
  const [, url = ""] = await program.line(/^Debugger listening on (ws:\S+)$/)
  const socket = new WebSocket(url)
  await once(socket, "open")
  let id = 0
  const call = (method: string) =>
    new Promise<{ readonly usedSize: number }>((resolve, reject) => {
      const call = ++id
      const listen = ({ data }: MessageEvent) => {
        const answer = JSON.parse(String(data))
        if (answer.id !== call) return
        socket.removeEventListener("message", listen)
        if (answer.error === undefined) resolve(answer.result)
        else reject(new Error(answer.error.message))
      }
      socket.addEventListener("message", listen)
      socket.send(JSON.stringify({ id: call, method }))
    })
  return {
    /** Bytes. */
    heap: async () => {
      await call("HeapProfiler.collectGarbage")
      return (await call("Runtime.getHeapUsage")).usedSize
    },
    close: () => socket.close()
  }
}
