import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Document, Json } from "../../src/transform/json.ts"
import { parse } from "../../src/transform/json.ts"
import { Mapping } from "../../src/transform/mapping.ts"
import { plan } from "../../src/transform/plan.ts"
import type { Sample, Transformed } from "../../src/transform/sample.ts"
import { transform } from "../../src/transform/transform.ts"

export const documentOf = (text: string): Document => Result.getOrThrow(parse(new TextEncoder().encode(text)))

/** What a mapping, as the file has it, yields of a document, as a text or a value. */
export const yielded = (
  mapping: unknown,
  document: Json,
  options: { readonly labels?: Record<string, string>; readonly maxSeries?: number } = {}
): Transformed =>
  transform(
    plan(Schema.decodeUnknownSync(Mapping)(mapping), options.labels, options.maxSeries),
    documentOf(JSON.stringify(document))
  )

/** `name{label="value"} 1`. */
export const line = ({ family, labels, value }: Sample): string =>
  `${family.name}{${labels.map(([name, text]) => `${name}="${text}"`).join(",")}} ${value}`

export const lines = ({ samples }: Transformed): ReadonlyArray<string> => samples.map(line)

/** `reason metric path row: found`. */
export const complaints = ({ problems }: Transformed): ReadonlyArray<string> =>
  problems.map(({ reason, metric, path, row, found }) => `${reason} ${metric} ${path} ${row}: ${found}`)
