import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import type { Document, Json } from "../../src/mapping/document/json.ts"
import { parse } from "../../src/mapping/document/json.ts"
import type { Plan } from "../../src/mapping/plan.ts"
import { compilePlan } from "../../src/mapping/plan-compiler.ts"
import type { Labels, Sample, SampleWriter } from "../../src/mapping/sample.ts"
import { Mapping } from "../../src/mapping/schema/mapping.ts"
import { createTransform, type Transformed, transformDocument } from "../../src/mapping/transform.ts"

export const bodyOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const documentOf = (text: string): Document => Result.getOrThrow(parse(bodyOf(text)))

export interface Collected extends Omit<Transformed, "series"> {
  readonly samples: ReadonlyArray<Sample>
  /** How many numbers were copied as the document spells them. */
  readonly copied: number
}

/** Runs a transform with the simplest SampleWriter, and returns its samples. */
export const collect = (transform: (samples: SampleWriter) => Transformed): Collected => {
  const samples: Array<Sample> = []
  const seen = new Set<string>()
  const labelSets: Array<Labels> = []
  const ids = new Map<string, number>()
  /** Equal labels have the same id, as SampleWriter requires. */
  const idOf = (labels: Labels): number => {
    const key = JSON.stringify(labels)
    const id = ids.get(key) ?? labelSets.push(labels) - 1
    ids.set(key, id)
    return id
  }
  let copied = 0
  const add: SampleWriter["add"] = (family, labelSet, value) => {
    const labels = labelSets[labelSet] ?? []
    const isNew = seen.size < seen.add(JSON.stringify([family.name, labels])).size
    if (isNew) samples.push({ family, labels, value })
    return isNew
  }
  const { series, ...rest } = transform({
    labelSet: idOf,
    labelSetOf: ({ names, begins, ends, texts }, bytes) => {
      const labels = names.map((name, index): Labels[number] => {
        const begin = begins[index] ?? -1
        return [name, (begin < 0 ? texts[index] : bytes.toString("utf8", begin, ends[index])) ?? ""]
      })
      return idOf(labels.filter(([, value]) => value !== ""))
    },
    add,
    addSpelled: (family, labelSet, bytes, begin, end) => {
      const spelling = bytes.toString("utf8", begin, end)
      expect(spelling).toBe(String(Number(spelling)))
      copied++
      return add(family, labelSet, Number(spelling))
    },
    claim: (family, labelSet) => seen.size < seen.add(JSON.stringify([family.name, labelSets[labelSet]])).size,
    addPart: (family, suffix, labelSet, value) => {
      const part = suffix === "" ? family : { ...family, name: `${family.name}${suffix}` }
      samples.push({ family: part, labels: labelSets[labelSet] ?? [], value })
    },
    clear: () => {
      samples.length = 0
      seen.clear()
      labelSets.length = 0
      ids.clear()
      copied = 0
    }
  })
  if (series !== samples.length) throw new Error(`${series} series, but ${samples.length} samples`)
  return { samples, copied, ...rest }
}

/** Compiles a mapping, written as in a file. */
export const planOf = (mapping: unknown, labels?: Record<string, string>, maxSeries?: number): Plan =>
  compilePlan(Schema.decodeUnknownSync(Mapping)(mapping), labels, maxSeries)

interface Options {
  readonly labels?: Record<string, string>
  readonly maxSeries?: number
}

/** Applies a mapping, written as in a file, to a document. Parsed rows and rows read from bytes must give the same. */
export const transformText = (mapping: unknown, text: string, { labels, maxSeries }: Options = {}): Collected => {
  const plan = planOf(mapping, labels, maxSeries)
  const parsed = collect((samples) => transformDocument(plan, documentOf(text), samples))
  const transform = createTransform(plan)
  const read = collect((samples) => Result.getOrThrow(transform([bodyOf(text)], samples)))
  expect({ ...read, copied: 0 }).toEqual(parsed)
  return read
}

/** The same for a document as a value. */
export const transformValue = (mapping: unknown, document: Json, options: Options = {}): Collected =>
  transformText(mapping, JSON.stringify(document), options)

/** `name{label="value"} 1`. */
export const line = ({ family, labels, value }: Sample): string =>
  `${family.name}{${labels.map(([name, text]) => `${name}="${text}"`).join(",")}} ${value}`

export const lines = ({ samples }: Collected): ReadonlyArray<string> => samples.map(line)

/** `reason metric path row: found`. */
export const problemLines = ({ problems }: Collected): ReadonlyArray<string> =>
  problems.map(({ reason, metric, path, row, found }) => `${reason} ${metric} ${path} ${row}: ${found}`)
