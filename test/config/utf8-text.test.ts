import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { fromYaml } from "../../src/config/target-group.ts"
import { decodeUtf8 } from "../../src/config/utf8-text.ts"

const bytes = (...parts: ReadonlyArray<string | number>) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))))

test.each([
  ["the first line", bytes("name: caf", 0xe9, "\n"), 1, 10, "e9"],
  ["a later line, after characters of several bytes", bytes("a: ä\nb: \u{1F600}é", 0xff, 0xfe), 2, 7, "ff"],
  ["the last line, without a line end", bytes("a: 1\n\nb: ", 0xc3), 3, 4, "c3"],
  ["a line with a real replacement character", bytes("a: \uFFFD", 0x80), 1, 5, "80"],
  ["UTF-16", bytes(0xff, 0xfe, "a", 0, ":", 0), 1, 1, "ff"]
])("the first byte that is not UTF-8 in %s is reported with its position", (_, text, line, column, byte) => {
  expect(decodeUtf8(text)).toEqual(
    Result.fail({ line, column, path: [], message: `not UTF-8 (byte 0x${byte}): save the file as UTF-8` })
  )
})

test("a byte order mark is removed", () => {
  expect(decodeUtf8(bytes("\uFEFFa: ä"))).toEqual(Result.succeed("a: ä"))
})

test("a list in Latin-1 is refused", () => {
  expect(fromYaml("a.yml", bytes('- targets: ["caf', 0xe9, '"]\n'))).toEqual(
    Result.fail([{ location: "a.yml:1:17", message: "not UTF-8 (byte 0xe9): save the file as UTF-8" }])
  )
})
