import { expect, test } from "vitest"
import { keepCode } from "../../deploy/code-cache.ts"

const number = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** A module as Node writes it. */
const moduleOf = (name: string, code: string) =>
  Buffer.concat([number(name.length), Buffer.from(name), number(code.length), Buffer.from(code)])

const names = Array.from({ length: 120 }, (_, index) => `internal/module-${index}`)
const codeOf = (name: string) => `code of ${name}`
const cacheOf = (some: ReadonlyArray<string>) =>
  Buffer.concat([number(some.length), ...some.map((name) => moduleOf(name, codeOf(name)))])

/** Other bytes of the file. Some look like the start of a code cache. */
const before = Buffer.concat([Buffer.from("\x7fELF..."), number(3), moduleOf("events", "by chance"), number(0)])
const after = Buffer.from("the thread's program")

test("only the compiled code of the given modules is kept, and nothing else moves", () => {
  const bytes = Buffer.concat([before, cacheOf(names), after])
  const length = bytes.length
  expect(keepCode(bytes, new Set(["internal/module-7", "internal/module-99", "not there"]))).toBe(true)
  const left = cacheOf(["internal/module-7", "internal/module-99"])
  const gone = Buffer.alloc(cacheOf(names).length - left.length)
  expect(bytes).toStrictEqual(Buffer.concat([before, left, gone, after]))
  expect(bytes.length).toBe(length)
})

test.each([
  ["without a code cache", Buffer.concat([before, after])],
  ["with one that is truncated", Buffer.concat([before, cacheOf(names).subarray(0, -1)])],
  ["with one module too few", Buffer.concat([before, number(names.length + 1), cacheOf(names).subarray(8), after])]
])("a file %s is left as it is", (_, bytes) => {
  const copy = Buffer.from(bytes)
  expect(keepCode(bytes, new Set(names))).toBe(false)
  expect(bytes).toStrictEqual(copy)
})
