import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse } from "../mapping/document/json.ts"
import { flatten } from "../mapping/flatten.ts"
import { planner } from "../mapping/plan.ts"
import type { Labels } from "../mapping/sample.ts"
import { Mapping } from "../mapping/schema/mapping.ts"
import { createTransform, type Transform } from "../mapping/transform.ts"

/** What a transform is compiled from. Plain data, so that a worker thread can compile it too. */
export interface TransformSpec {
  /** As in the file, without errors. Undefined: every number of a response becomes a gauge. */
  readonly mapping: unknown
  readonly labels: Readonly<Record<string, string>>
  readonly maxSeries: number
}

const decodeMapping = Schema.decodeUnknownSync(Mapping)

const sortLabels = (labels: Readonly<Record<string, string>>): Labels =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** The planner of a mapping as in the file. Throws if the mapping has errors. */
export const plannerOf = (mapping: unknown) => planner(decodeMapping(mapping))

/** `plans` is the planner of the mapping, if several targets share it. */
export const compileTransform = (
  { mapping, labels, maxSeries }: TransformSpec,
  plans?: ReturnType<typeof plannerOf>
): Transform => {
  if (mapping === undefined) {
    const constant = sortLabels(labels)
    return (body, samples) => Result.map(parse(body), (document) => flatten(document, samples, constant, maxSeries))
  }
  return createTransform((plans ?? plannerOf(mapping))(labels, maxSeries))
}
