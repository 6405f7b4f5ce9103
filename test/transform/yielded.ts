import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Document, Json } from "../../src/transform/json.ts"
import { parse } from "../../src/transform/json.ts"
import { Mapping } from "../../src/transform/mapping.ts"
import { plan } from "../../src/transform/plan.ts"
import type { Sample, Samples, Transformed } from "../../src/transform/sample.ts"
import { transform } from "../../src/transform/transform.ts"

export const documentOf = (text: string): Document => Result.getOrThrow(parse(new TextEncoder().encode(text)))

export interface Yielded extends Omit<Transformed, "series"> {
  readonly samples: ReadonlyArray<Sample>
}

/** A transform's samples, collected in the plainest way. */
export const collected = (transform: (samples: Samples) => Transformed): Yielded => {
  const samples: Array<Sample> = []
  const there = new Set<string>()
  const { series, ...rest } = transform({
    add: (family, labels, value) => {
      const isNew = there.size < there.add(JSON.stringify([family.name, labels])).size
      if (isNew) samples.push({ family, labels, value })
      return isNew
    }
  })
  if (series !== samples.length) throw new Error(`${series} series, and ${samples.length} samples`)
  return { samples, ...rest }
}

/** What a mapping, as the file has it, yields of a document, as a text or a value. */
export const yielded = (
  mapping: unknown,
  document: Json,
  options: { readonly labels?: Record<string, string>; readonly maxSeries?: number } = {}
): Yielded => {
  const made = plan(Schema.decodeUnknownSync(Mapping)(mapping), options.labels, options.maxSeries)
  return collected((samples) => transform(made, documentOf(JSON.stringify(document)), samples))
}

/** `name{label="value"} 1`. */
export const line = ({ family, labels, value }: Sample): string =>
  `${family.name}{${labels.map(([name, text]) => `${name}="${text}"`).join(",")}} ${value}`

export const lines = ({ samples }: Yielded): ReadonlyArray<string> => samples.map(line)

/** `reason metric path row: found`. */
export const complaints = ({ problems }: Yielded): ReadonlyArray<string> =>
  problems.map(({ reason, metric, path, row, found }) => `${reason} ${metric} ${path} ${row}: ${found}`)
