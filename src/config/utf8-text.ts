import { isUtf8 } from "node:buffer"
import * as Result from "effect/Result"
import type { SourceProblem } from "./source-map.ts"

const lineFeed = 0x0a
const replacement = "\uFFFD"

/** How many bytes and characters of a line come before the first byte that is not UTF-8. */
const validStart = (line: Uint8Array): { readonly bytes: number; readonly characters: number } => {
  let bytes = 0
  let characters = 0
  for (const character of new TextDecoder("utf-8", { ignoreBOM: true }).decode(line)) {
    const encoded = Buffer.from(character)
    if (character === replacement && !encoded.equals(line.subarray(bytes, bytes + encoded.length))) break
    bytes += encoded.length
    characters += character.length
  }
  return { bytes, characters }
}

/** Decodes UTF-8 without a byte order mark. Fails with the position of the first bad byte. */
export const decodeUtf8 = (bytes: Uint8Array): Result.Result<string, SourceProblem> => {
  if (isUtf8(bytes)) return Result.succeed(new TextDecoder().decode(bytes))
  let [line, start] = [1, 0]
  for (;;) {
    const end = bytes.indexOf(lineFeed, start)
    const content = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (end < 0 || !isUtf8(content)) {
      const before = validStart(content)
      const byte = (content[before.bytes] ?? 0).toString(16).padStart(2, "0")
      const message = `not UTF-8 (byte 0x${byte}): save the file as UTF-8`
      return Result.fail({ line, column: before.characters + 1, path: [], message })
    }
    line++
    start = end + 1
  }
}
