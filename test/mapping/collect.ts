import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import type { Document, Json } from "../../src/mapping/document/json.ts"
import { parse } from "../../src/mapping/document/json.ts"
import { plan } from "../../src/mapping/plan.ts"
import type { Labels, Sample, Samples, Transformed } from "../../src/mapping/sample.ts"
import { Mapping } from "../../src/mapping/schema/mapping.ts"
import { transform, transformBody } from "../../src/mapping/transform.ts"

export const bodyOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const documentOf = (text: string): Document => Result.getOrThrow(parse(bodyOf(text)))

export interface Yielded extends Omit<Transformed, "series"> {
  readonly samples: ReadonlyArray<Sample>
}

/** A transform's samples, collected in the plainest way. */
export const collected = (transform: (samples: Samples) => Transformed): Yielded => {
  const samples: Array<Sample> = []
  const there = new Set<string>()
  const all: Array<Labels> = []
  const add: Samples["add"] = (family, number, value) => {
    const labels = all[number] ?? []
    const isNew = there.size < there.add(JSON.stringify([family.name, labels])).size
    if (isNew) samples.push({ family, labels, value })
    return isNew
  }
  const { series, ...rest } = transform({
    numberOf: (labels) => all.push(labels) - 1,
    numberOfPlaces: ({ names, begins, ends, texts }, bytes) => {
      const labels = names.map((name, index): Labels[number] => {
        const begin = begins[index] ?? -1
        return [name, (begin < 0 ? texts[index] : bytes.toString("utf8", begin, ends[index])) ?? ""]
      })
      return all.push(labels.filter(([, value]) => value !== "")) - 1
    },
    add,
    addSpelled: (family, number, bytes, begin, end) => {
      const spelling = bytes.toString("utf8", begin, end)
      expect(spelling).toBe(String(Number(spelling)))
      return add(family, number, Number(spelling))
    },
    clear: () => {
      samples.length = 0
      there.clear()
      all.length = 0
    }
  })
  if (series !== samples.length) throw new Error(`${series} series, and ${samples.length} samples`)
  return { samples, ...rest }
}

interface Options {
  readonly labels?: Record<string, string>
  readonly maxSeries?: number
}

/**
 * What a mapping, as the file has it, yields of a document, as a text. The same whether the document was parsed, or its rows read from the bytes:
 * the first is the measure of the second.
 */
export const yieldedOf = (mapping: unknown, text: string, { labels, maxSeries }: Options = {}): Yielded => {
  const made = plan(Schema.decodeUnknownSync(Mapping)(mapping), labels, maxSeries)
  const parsed = collected((samples) => transform(made, documentOf(text), samples))
  expect(collected((samples) => Result.getOrThrow(transformBody(made, bodyOf(text), samples)))).toEqual(parsed)
  return parsed
}

/** The same of a document as a value. */
export const yielded = (mapping: unknown, document: Json, options: Options = {}): Yielded =>
  yieldedOf(mapping, JSON.stringify(document), options)

/** `name{label="value"} 1`. */
export const line = ({ family, labels, value }: Sample): string =>
  `${family.name}{${labels.map(([name, text]) => `${name}="${text}"`).join(",")}} ${value}`

export const lines = ({ samples }: Yielded): ReadonlyArray<string> => samples.map(line)

/** `reason metric path row: found`. */
export const complaints = ({ problems }: Yielded): ReadonlyArray<string> =>
  problems.map(({ reason, metric, path, row, found }) => `${reason} ${metric} ${path} ${row}: ${found}`)
