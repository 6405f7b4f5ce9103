import * as fc from "fast-check"
import type { Json } from "../../src/mapping/document/json.ts"

/** Keys with words that matter for the names of metrics, and any others. */
export const key = fc.oneof(
  fc.constantFrom(
    ..."id name total count sum data items nodes status eth0 eth1 200 le quantile __proto__ _total used_kb uptime_ms".split(
      " "
    ),
    ..."pct mbps created_at days temp_fahrenheit load_1m memory_total http_requests_total user_count summary ${ ${A} $${".split(
      " "
    ),
    ""
  ),
  fc.string({ maxLength: 3 })
)

const text = fc.oneof(
  fc.constantFrom("a", "b", "UP", "ok", "5", "1.50", "45%", "10 MiB", "1h", "2026-01-31T12:00:00Z", ""),
  fc.string({ unit: "grapheme", maxLength: 5 })
)

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(0, 1_763_870_400, 1_763_870_400_123, 2 ** 60, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true })
)

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    number,
    fc.oneof(text, fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 })
  )
}))

const rows = fc.uniqueArray(key, { maxLength: 4 }).chain((keys) => {
  const row = fc
    .tuple(...keys.map(() => value))
    .map((values) => Object.fromEntries(keys.map((key, at) => [key, values[at] ?? null])))
  return fc.array(row, { maxLength: 4 })
})

/** Any document, and many with lists of rows that have the same keys. */
export const root: fc.Arbitrary<Json> = fc.oneof(value, fc.record({ rows }))

/** The same document with the keys of every object in reverse order. */
export const withKeysReversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withKeysReversed)
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, withKeysReversed(item)])
  )
}
