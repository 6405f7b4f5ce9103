import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse } from "../mapping/document/json.ts"
import { flatten } from "../mapping/flatten.ts"
import { planner } from "../mapping/plan.ts"
import type { Labels } from "../mapping/sample.ts"
import { Mapping } from "../mapping/schema/mapping.ts"
import { createTransform, type Transform } from "../mapping/transform.ts"

/** All that a target's transform is made of, as plain data, so that another thread can make it too. */
export interface TransformSpec {
  /** As the file has it, and known to be good; without one every number of an answer becomes a gauge. */
  readonly mapping: unknown
  readonly labels: Readonly<Record<string, string>>
  readonly maxSeries: number
}

const decodeMapping = Schema.decodeUnknownSync(Mapping)

const sortLabels = (labels: Readonly<Record<string, string>>): Labels =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** The planner of a mapping as a file has it. Throws where `check` has found a problem. */
export const plannerOf = (mapping: unknown) => planner(decodeMapping(mapping))

/** The transform of a recipe; `plans` is the planner of its mapping, where many targets share that. */
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
