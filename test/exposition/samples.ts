import * as fc from "fast-check"
import type { MetricType } from "../../src/mapping/metric-type.ts"
import type { Family, Labels, Sample } from "../../src/mapping/sample.ts"

/** Text with quotes, escapes, line ends, control characters and lone surrogates. */
export const hostileText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("\\", '"', "\n", "\\n", '\\"', "{", "}", ",", "=", "# EOF", " ", "#") },
      { weight: 2, arbitrary: fc.constantFrom("\0", "\r", "\t", "\u0085", "\u2028", "\ufeff", "\ud800", "\udfff") },
      { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) }
    ),
    { maxLength: 8 }
  )
  .map((parts) => parts.join(""))

export const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 1e21, -1e21, 5e-324, 1.7976931348623157e308, 0.1, 2 ** 53)
)

/** Families that a mapping may declare, with right and wrong suffixes for OpenMetrics. */
const family = (type: MetricType): fc.Arbitrary<Family> =>
  fc.record({
    name: fc
      .tuple(
        fc.constantFrom("shop", "shop_orders", "shop_lag", "shop_size"),
        fc.constantFrom("", "_seconds", "_bytes"),
        fc.constantFrom("", "_total", "_info", "_state")
      )
      .map((parts) => parts.join("")),
    type: fc.constant(type),
    help: hostileText
  })

const labels: fc.Arbitrary<Labels> = fc
  .dictionary(
    fc.constantFrom("a", "cluster", "node", "z9"),
    // well formed, since all lone surrogates become the same character
    hostileText.map((text) => text.toWellFormed()).filter((text) => text !== ""),
    { noNullPrototype: true }
  )
  .map((pairs) => Object.entries(pairs).sort(([left], [right]) => (left < right ? -1 : 1)))

/** Samples of one family with unique labels, and values that its type allows. */
const rows = (family: Family): fc.Arbitrary<ReadonlyArray<ReadonlyArray<Sample>>> => {
  const unique = fc.uniqueArray(labels, { minLength: 1, maxLength: 4, selector: (pairs) => JSON.stringify(pairs) })
  return unique.chain((all) =>
    fc.tuple(
      ...all.map((labels) => {
        const one = (value: number) => [{ family, labels, value }]
        switch (family.type) {
          case "info":
            return fc.constant(one(1))
          case "counter":
            return finite.map((value) => one(Math.abs(value)))
          case "stateset":
            return fc.constantFrom("rw", "ro").map((now) =>
              ["ro", "rw"].map((state) => ({
                family,
                labels: [...labels, [family.name, state] as const].sort(([left], [right]) => (left < right ? -1 : 1)),
                value: state === now ? 1 : 0
              }))
            )
          default:
            return finite.map(one)
        }
      })
    )
  )
}

/** The samples of a target, family by family, with unique names. */
export const samples: fc.Arbitrary<ReadonlyArray<Sample>> = fc
  .uniqueArray(fc.constantFrom<MetricType>("gauge", "counter", "untyped", "info", "stateset").chain(family), {
    maxLength: 6,
    selector: (family) => family.name
  })
  .chain((families) => fc.tuple(...families.map(rows)))
  .map((families) => families.flat(2))
