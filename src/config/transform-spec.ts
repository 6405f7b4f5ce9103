import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Details } from "../client/details.ts"
import { encodeTime, timeTemplate } from "../client/time-template.ts"
import { bodyAsJson, type FormatName } from "../mapping/document/document-format.ts"
import { parse } from "../mapping/document/json.ts"
import { findDetails } from "../mapping/find-details.ts"
import { flatten } from "../mapping/flatten.ts"
import { planner } from "../mapping/plan-compiler.ts"
import type { Labels } from "../mapping/sample.ts"
import { Mapping } from "../mapping/schema/mapping.ts"
import { createTransform, type Transform } from "../mapping/transform.ts"
import { timesOf } from "../mapping/url-reference.ts"

/** What a transform is compiled from. Plain data, so that a worker thread can compile it too. */
export interface TransformSpec {
  /** As in the file, without errors. Undefined: every number of a response becomes a gauge. */
  readonly mapping: unknown
  /** Default: json. */
  readonly format?: FormatName | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly maxSeries: number
}

const noBytes = new Uint8Array()

const decodeMapping = Schema.decodeUnknownSync(Mapping)

const sortLabels = (labels: Readonly<Record<string, string>>): Labels =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** The planner of a mapping as in the file. Throws if the mapping has errors. */
export const plannerOf = (mapping: unknown) => planner(decodeMapping(mapping))

/** A transform that first converts the bodies from the format to JSON. */
const withFormat = (format: FormatName, transform: Transform): Transform =>
  format === "json"
    ? transform
    : (pages, samples, details) =>
        Result.flatMap(Result.all(pages.map((page) => bodyAsJson(format, page))), (json) =>
          transform(
            json,
            samples,
            details?.map((bodies) =>
              bodies.map((body) => (typeof body === "string" ? body : jsonOrNothing(format, body)))
            )
          )
        )

const jsonOrNothing = (format: FormatName, body: Uint8Array) => Result.getOrElse(bodyAsJson(format, body), () => body)

/** The function that finds the URLs for the `get` of rows; undefined if the mapping has no `get`. */
export const detailsOf = (
  { format = "json", labels, maxSeries }: TransformSpec,
  plans: ReturnType<typeof plannerOf>,
  timeZone = "UTC"
): Details | undefined => {
  const plan = plans(labels, maxSeries)
  if (plan.details.length === 0) return undefined
  const templates = plan.details
    .flatMap(({ url }) => timesOf(url))
    .map((text) => [text, timeTemplate(text, timeZone, encodeTime)] as const)
  return {
    find: (pages, now) => {
      const times = new Map(templates.map(([text, template]) => [text, template?.render(now)]))
      const timeOf = (text: string) => times.get(text) ?? text
      const json = Result.all(pages.map((page) => bodyAsJson(format, page)))
      return Result.flatMap(json, (bodies) => findDetails(plan, bodies, timeOf))
    }
  }
}

/** `plans` is the planner of the mapping, if several targets share it. */
export const compileTransform = (
  { mapping, format = "json", labels, maxSeries }: TransformSpec,
  plans?: ReturnType<typeof plannerOf>
): Transform => {
  if (mapping !== undefined)
    return withFormat(format, createTransform((plans ?? plannerOf(mapping))(labels, maxSeries)))
  const constant = sortLabels(labels)
  return withFormat(format, ([page = noBytes], samples) =>
    Result.map(parse(page), (document) => flatten(document, samples, constant, maxSeries))
  )
}
