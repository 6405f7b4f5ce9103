import * as Result from "effect/Result"

/** Throws if the bytes are not UTF-8. Skips a byte order mark (RFC 8259, section 8.1). */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** The text of a body; or why it has none. */
export const decodeText = (body: Uint8Array): Result.Result<string, string> => {
  try {
    return Result.succeed(utf8.decode(body))
  } catch {
    return Result.fail("not UTF-8")
  }
}

/** A position as editors show it: lines and columns count from 1. */
export const textLocation = (text: string, at: number): string => {
  const before = text.slice(0, at)
  return `line ${before.split("\n").length}, column ${at - before.lastIndexOf("\n")}`
}
