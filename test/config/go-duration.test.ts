import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { duration } from "../../src/config/go-duration.ts"
import { schemaIssues } from "../../src/config/schema-issues.ts"

const schema = duration({ description: "A length of time" })
const millis = (text: string) => Duration.toMillis(Schema.decodeUnknownSync(schema)(text))

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1m500ms", 60_500],
  ["0.5s", 500],
  ["2d", 172_800_000]
])("%s is %d milliseconds", (text, expected) => {
  expect(millis(text)).toBe(expected)
})

test.each([
  ["30", "expected a duration such as 500ms, 30s, 5m or 1h30m"],
  ["30 s", "expected a duration such as 500ms, 30s, 5m or 1h30m"],
  ["1s1h", "expected a duration such as 500ms, 30s, 5m or 1h30m"],
  ["", "expected a duration such as 500ms, 30s, 5m or 1h30m"],
  [30, "expected a duration such as 500ms, 30s, 5m or 1h30m"],
  ["0s", "expected a duration of more than 0"],
  ["25d", "expected a duration of at most 24d"]
])("%j is %s", (value, message) => {
  expect(schemaIssues(schema, value).map((issue) => issue.message)).toEqual([message])
})

test.each(["500ms", "30s", "1h30m", "1d1ms"])("%s is encoded as it was", (text) => {
  expect(Schema.encodeSync(schema)(Schema.decodeUnknownSync(schema)(text))).toBe(text)
})
