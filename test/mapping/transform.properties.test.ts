import * as fc from "fast-check"
import { expect, test, vi } from "vitest"
import { ByteRow } from "../../src/mapping/bytes/byte-row.ts"
import type { Json } from "../../src/mapping/document/json.ts"
import type { Row } from "../../src/mapping/reader.ts"
import { line, lines, transformText, transformValue } from "./collect.ts"
import { withKeysReversed } from "./random-document.ts"
import { anywhere, crossedMappings, json, key, mappings, nearMappings, within } from "./random-mapping.ts"
import { responseFor } from "./random-response.ts"

const any = mappings(anywhere)
const local = mappings(within)

test("for any mapping and document, samples are finite and unique, and their labels are in order", () => {
  fc.assert(
    fc.property(any.mapping, json, (mapping, document) => {
      const { samples, dropped, problems } = transformValue(mapping, document, { labels: { z: "z" } })
      const series = new Set(samples.map(({ family, labels }) => `${family.name} ${JSON.stringify(labels)}`))
      expect(series.size).toBe(samples.length)
      for (const { value, labels } of samples) {
        const names = labels.map(([name]) => name)
        expect(Number.isFinite(value)).toBe(true)
        expect(names).toEqual([...new Set(names)].sort())
        expect(labels.every(([, text]) => text !== "")).toBe(true)
      }
      const count = Object.values(dropped).reduce((sum, number) => sum + number)
      expect(problems).toHaveLength(Math.min(count, 1000))
    }),
    { numRuns: 300 }
  )
})

/** A failure prints its seed. SEED repeats it, and RUNS sets the number of cases. */
const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31))
const numRuns = Number(process.env.RUNS ?? 3000)

test("rows read from bytes give what parsed rows give, for any mapping and response", () => {
  let [byteReads, copies] = [0, 0]
  const readList = ByteRow.prototype.readList
  using _ = vi.spyOn(ByteRow.prototype, "readList").mockImplementation(function (this: ByteRow, visitor, begin) {
    let rows = 0
    const visit = (row: Row) => {
      rows++
      return visitor.visit(row)
    }
    const end = readList.call(this, { list: visitor.list, visit, drop: visitor.drop.bind(visitor) }, begin)
    if (rows > 0) byteReads++
    return end
  })
  const mapping = fc.oneof(
    { weight: 3, arbitrary: nearMappings.mapping },
    { weight: 2, arbitrary: crossedMappings },
    { weight: 1, arbitrary: any.mapping }
  )
  fc.assert(
    fc.property(mapping, fc.noShrink(fc.integer()), (mapping, response) => {
      const before = byteReads
      if (transformText(mapping, responseFor(mapping, response), { labels: { z: "z" } }).copied > 0) copies++
      // a case counts once, also with several lists
      if (byteReads > before) byteReads = before + 1
    }),
    { numRuns, seed }
  )
  if (process.env.RUNS !== undefined)
    console.log(`seed ${seed}: ${numRuns} cases, ${byteReads} with rows read from bytes, ${copies} with numbers copied`)
  expect(byteReads, `seed ${seed}`).toBeGreaterThanOrEqual(500)
  expect(copies, `seed ${seed}`).toBeGreaterThanOrEqual(100)
})

test("with any limit, the first samples are the same", () => {
  fc.assert(
    fc.property(any.mapping, json, fc.nat(20), (mapping, document, maxSeries) => {
      // samples that may be combined come last
      fc.pre(!JSON.stringify(mapping).includes("duplicates"))
      expect(lines(transformValue(mapping, document, { maxSeries }))).toEqual(
        lines(transformValue(mapping, document)).slice(0, maxSeries + 1)
      )
    })
  )
})

test("the samples of a row do not depend on other rows", () => {
  const withoutKeys = (row: Json): boolean => !JSON.stringify(row).includes('"key"')
  const rows = fc.array(fc.dictionary(key, json, { maxKeys: 4 }), { maxLength: 6 })
  fc.assert(
    fc.property(local.metrics, fc.array(local.row, { maxLength: 2 }), rows, (metrics, each, rows) => {
      fc.pre(withoutKeys([metrics, each] as Json))
      const mapping = { each: [{ path: "$[*]", labels_from: { row: "row" }, metrics, each }] }
      const numbered = rows.map((row, number) => ({ ...row, row: `row ${number}` }))
      // samples that may be combined come last
      expect(lines(transformValue(mapping, numbered)).toSorted()).toEqual(
        numbered.flatMap((row) => lines(transformValue(mapping, [row]))).toSorted()
      )
    }),
    { numRuns: 200 }
  )
})

test("the order of keys changes nothing, except which of two duplicates is first", () => {
  fc.assert(
    fc.property(any.mapping, json, (mapping, document) => {
      fc.pre(!/"(?:first|last)"/.test(JSON.stringify(mapping)))
      const [one, other] = [transformValue(mapping, document), transformValue(mapping, withKeysReversed(document))]
      expect(other.dropped).toEqual(one.dropped)
      fc.pre(one.dropped.duplicate === 0)
      expect(lines(other).toSorted()).toEqual(lines(one).toSorted())
    }),
    { numRuns: 200 }
  )
})

test("scaling is linear", () => {
  const factor = fc.constantFrom(0.001, 0.01, 3, 1000, 1024, -1)
  fc.assert(
    fc.property(anywhere, factor, json, (value, scale, document) => {
      const plain = transformValue({ metrics: { m: value } }, document)
      const scaled = transformValue({ metrics: { m: { value, scale } } }, document)
      const wanted = plain.samples.map((sample) => sample.value * scale).filter(Number.isFinite)
      expect(scaled.samples).toHaveLength(wanted.length)
      for (const [index, sample] of scaled.samples.entries()) {
        const expected = wanted[index] ?? 0
        expect(Math.abs(sample.value - expected)).toBeLessThanOrEqual(Math.abs(expected) * 2 ** -51)
      }
    })
  )
})

test("a document without the rows gives no samples, and one problem for each list", () => {
  fc.assert(
    fc.property(fc.array(any.row, { minLength: 1, maxLength: 3 }), json, (rows, document) => {
      const withPath = ({ metrics, labels_from, each }: (typeof rows)[number]) => ({
        path: "$.nodes.items[*]",
        metrics,
        ...(labels_from !== undefined && { labels_from }),
        ...(each !== undefined && { each })
      })
      const mapping = { each: rows.map(withPath) }
      const { samples, dropped } = transformValue(mapping, document)
      expect(samples.map(line)).toEqual([])
      expect(dropped).toEqual({
        missing: rows.length,
        not_a_number: 0,
        ambiguous: 0,
        duplicate: 0,
        unknown_state: 0,
        detail: 0
      })
    })
  )
})
