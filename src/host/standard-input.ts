import * as Effect from "effect/Effect"
import { reasonOf, Unreadable } from "./file-reader.ts"

const path = "stdin"

let isRead = false

/** Reads all of standard input, at most `limit` bytes. A second call fails. */
export const readStandardInput = (limit: number): Effect.Effect<Buffer, Unreadable> =>
  Effect.callback((resume) => {
    const fail = (code: string, why: string) => resume(Effect.fail(new Unreadable({ path, code, why })))
    if (isRead) return fail("EALREADY", "standard input can be read only once")
    isRead = true
    const chunks: Array<Buffer> = []
    let size = 0
    const { stdin } = process
    stdin.on("data", (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= limit) return
      stdin.destroy()
      fail("ETOOLARGE", `longer than ${limit / 1e6} MB`)
    })
    stdin.on("error", (error) => {
      const { code, why } = reasonOf(error)
      fail(code, why)
    })
    stdin.on("end", () => resume(Effect.succeed(Buffer.concat(chunks, size))))
    return Effect.sync(() => stdin.destroy())
  })
