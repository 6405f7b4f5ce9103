import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { Block } from "../../src/exposition/page.ts"
import { LineWriter, renderSamples } from "../../src/exposition/sample-writer.ts"
import { TooCostly } from "../../src/mapping/document/cost.ts"
import type { Family, Labels, Sample } from "../../src/mapping/sample.ts"
import { escapeLabelValue, parseLine, splitLines } from "./parse.ts"
import { hostileText, samples } from "./samples.ts"

const gauge = (name: string): Family => ({ name, type: "gauge", help: "" })
const text = (blocks: ReadonlyArray<Block>) => blocks.map((block) => Buffer.from(block.lines).toString())

test("a family becomes one block with a line for each sample, in their order", () => {
  const [depth, age] = [gauge("queue_depth"), gauge("queue_age_seconds")]
  const row = (queue: string): Labels => [["queue", queue]]
  const [mail, print] = [row("mail"), row("print")]
  const blocks = renderSamples([
    { family: depth, labels: mail, value: 12 },
    { family: age, labels: mail, value: 0.5 },
    { family: depth, labels: print, value: 3 },
    { family: age, labels: print, value: 86400 }
  ])
  expect(blocks.map(({ family, series }) => ({ family, series }))).toEqual([
    { family: depth, series: 2 },
    { family: age, series: 2 }
  ])
  expect(text(blocks)).toEqual([
    'queue_depth{queue="mail"} 12\nqueue_depth{queue="print"} 3\n',
    'queue_age_seconds{queue="mail"} 0.5\nqueue_age_seconds{queue="print"} 86400\n'
  ])
})

test("a sample without labels has no braces", () => {
  expect(text(renderSamples([{ family: gauge("up"), labels: [], value: 1 }]))).toEqual(["up 1\n"])
})

test("without samples there are no blocks", () => {
  expect(renderSamples([])).toEqual([])
})

test("every line parses back to its sample, whatever the label values", () => {
  fc.assert(
    fc.property(samples, (samples) => {
      const lines = renderSamples(samples).flatMap(({ family, lines }) =>
        splitLines(lines).map((line) => ({ family, ...parseLine(line) }))
      )
      // the generated samples are sorted by family
      expect(lines).toEqual(
        samples.map(({ family, labels, value }) => ({
          family,
          name: family.name,
          labels,
          value: value === 0 ? 0 : value
        }))
      )
    })
  )
})

test("a lone surrogate becomes the replacement character, since UTF-8 cannot encode it", () => {
  fc.assert(
    fc.property(hostileText, (value) => {
      const [lines = ""] = text(renderSamples([{ family: gauge("m"), labels: [["l", `a${value}`]], value: 1 }]))
      expect(parseLine(lines.slice(0, -1)).labels).toEqual([["l", `a${value.toWellFormed()}`]])
    })
  )
})

/** The simplest renderer: the first line of each series. */
const naive = (samples: ReadonlyArray<Sample>): ReadonlyArray<string> => {
  const families = new Map<Family, Map<string, string>>()
  for (const { family, labels, value } of samples) {
    const lines = families.get(family) ?? new Map<string, string>()
    families.set(family, lines)
    const pairs = labels.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(",")
    const series = `${family.name}${pairs === "" ? "" : `{${pairs}}`}`.toWellFormed()
    if (!lines.has(series)) lines.set(series, `${series} ${value}\n`)
  }
  return Array.from(families.values(), (lines) => [...lines.values()].join(""))
}

test("the renderer writes what the simplest one writes, also for long rows that share their labels", () => {
  const families = ["a", "b_seconds", "c_total"].map(gauge)
  const row = fc.record({
    labels: fc.array(
      fc.tuple(fc.constantFrom("x", "y"), fc.oneof(hostileText, fc.string({ minLength: 2_000, maxLength: 6_000 }))),
      { maxLength: 2 }
    ),
    values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3 })
  })
  const table = fc.array(row, { maxLength: 40, size: "max" }).map((rows) =>
    rows.flatMap(({ labels, values }) =>
      values.flatMap((value, index) => {
        const family = families[index]
        return family === undefined ? [] : [{ family, labels, value }]
      })
    )
  )
  fc.assert(
    fc.property(table, (samples) => {
      expect(text(renderSamples(samples))).toEqual(naive(samples))
    }),
    { numRuns: 50 }
  )
})

/** Adds samples by their labels. */
const adder = (lines: LineWriter) => (family: Family, labels: Labels, value: number) =>
  lines.add(family, lines.labelSet(labels), value)

test("a second sample with the same name and labels is refused, one with another name is not", () => {
  const [depth, age] = [gauge("queue_depth"), gauge("queue_age_seconds")]
  const labels = (): Labels => [["queue", "mail"]]
  const lines = new LineWriter()
  const add = adder(lines)
  expect(add(depth, labels(), 1)).toBe(true)
  expect(add(depth, labels(), 2)).toBe(false)
  expect(add(age, labels(), 3)).toBe(true)
  expect(add(depth, [], 4)).toBe(true)
  expect(text(lines.blocks())).toEqual([
    'queue_depth{queue="mail"} 1\nqueue_depth 4\n',
    'queue_age_seconds{queue="mail"} 3\n'
  ])
})

test("label values that differ only in lone surrogates are the same on the page, so the second is refused", () => {
  const lines = new LineWriter()
  const add = adder(lines)
  expect(add(gauge("m"), [["l", "\ud800"]], 1)).toBe(true)
  const family = gauge("n")
  expect(add(family, [["l", "\ud800"]], 1)).toBe(true)
  expect(add(family, [["l", "\ud801"]], 1)).toBe(false)
})

test("other writers, before and at the same time, change nothing, although they share memory", () => {
  const family = gauge("m")
  const many = (from: number) =>
    Array.from({ length: 3000 }, (_, index): Sample => ({ family, labels: [["n", `${from + index}`]], value: index }))
  const [first, second] = [many(0), many(1000)]
  const alone = [first, second].map((samples) => naive(samples))
  const before = renderSamples(first)
  const both = [new LineWriter(), new LineWriter()]
  for (const index of first.keys()) {
    for (const [at, samples] of [first, second].entries()) {
      const sample = samples[index]
      const lines = both[at]
      if (sample && lines) adder(lines)(sample.family, sample.labels, sample.value)
    }
  }
  expect(both.map((lines) => text(lines.blocks()))).toEqual(alone)
  expect(text(before)).toEqual(alone[0])
  expect(text(renderSamples([{ family, labels: [], value: 1 }]))).toEqual(["m 1\n"])
})

test("lines and label sets beyond the limit throw", () => {
  const family = gauge("queue_depth")
  const lines = new LineWriter(undefined, 1000)
  for (let n = 0; n < 15; n++) adder(lines)(family, [["n", String(n)]], n)
  expect(() => {
    for (let n = 15; n < 50; n++) adder(lines)(family, [["n", String(n)]], n)
  }).toThrow(/^the lines of the series are longer than/)
  const few = new LineWriter(undefined, 1000)
  expect(() => few.labelSet([["text", "x".repeat(1000)]])).toThrow(TooCostly)
})
