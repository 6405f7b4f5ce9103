import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { size } from "../../src/config/byte-size.ts"
import { schemaIssues } from "../../src/config/schema-issues.ts"

const schema = size({ description: "A number of bytes" })

test.each([
  ["16MB", 16_000_000],
  ["512KiB", 524_288],
  ["1.5GB", 1_500_000_000],
  ["10kB", 10_000],
  ["10KB", 10_000],
  ["2MiB", 2_097_152],
  ["100B", 100]
])("%s is %d bytes", (text, bytes) => {
  expect(Schema.decodeUnknownSync(schema)(text)).toBe(bytes)
})

test.each([
  ["16 MB", "expected a size such as 16MB or 512KiB"],
  ["16Mb", "expected a size such as 16MB or 512KiB"],
  [16_000_000, "expected a size such as 16MB or 512KiB"],
  ["0MB", "expected a size of more than 0"]
])("%j is %s", (value, message) => {
  expect(schemaIssues(schema, value).map((issue) => issue.message)).toEqual([message])
})

test.each(["16MB", "512KiB", "1.5kB", "100B"])("%s is written back as the same size", (text) => {
  const bytes = Schema.decodeUnknownSync(schema)(text)
  expect(Schema.decodeUnknownSync(schema)(Schema.encodeSync(schema)(bytes))).toBe(bytes)
})
