import * as Schema from "effect/Schema"
import { type AnchoredPattern, compileAnchored, compileRewrite } from "../value/relabel.ts"
import { compiled, path } from "./compiled.ts"

/**
 * Label names that a series may have. Names that begin with `__` are reserved for Prometheus, `le` and `quantile` for
 * histograms and summaries.
 */
export const LabelName = Schema.String.check(
  Schema.isPattern(/^(?!__)(?!(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a label name: letters, digits and _, no digit first, not __ first, neither le nor quantile"
  })
)

/** The keys of a label entry that is an object, with what they mean. */
const labelOptions = {
  path: path("Where the label's value is. Missing, null, or empty: no label.", "id", "$.cluster"),
  key: Schema.Int.check(
    Schema.isBetween({ minimum: 0, maximum: 100 }, { expected: "a number of levels, 0 to 100" })
  ).annotate({
    description: "0 is the object key or array index under which the row was found, 1 the one above it, and so on.",
    examples: [0]
  }),
  pattern: compiled<AnchoredPattern>("pattern", compileAnchored, {
    description: "A regular expression (RE2) that has to match the whole value; without a match there is no label.",
    examples: ["/Common/(.*)"]
  }),
  replacement: Schema.NonEmptyString.annotate({
    description:
      "The value, with the groups of the pattern: $1, ${1}, $name. Default: $1, or the whole match without a group.",
    examples: ["$1"]
  }),
  map: Schema.Record(Schema.String, Schema.String)
    .check(Schema.isMinProperties(1, { expected: "at least one word and its label value" }))
    .annotate({
      description: "Label values for words; _ is every other word. Without _ another word stays as it is.",
      examples: [{ 1: "active", 2: "standby" }]
    })
} as const

const LabelObject = Schema.Struct({
  path: Schema.optionalKey(labelOptions.path),
  key: Schema.optionalKey(labelOptions.key),
  pattern: Schema.optionalKey(labelOptions.pattern),
  replacement: Schema.optionalKey(labelOptions.replacement),
  map: Schema.optionalKey(labelOptions.map)
}).check(
  Schema.makeFilter(({ path, key }) => (path === undefined) !== (key === undefined), {
    expected: "one of path and key",
    toJsonSchema: () => ({ oneOf: [{ required: ["path"] }, { required: ["key"] }] })
  }),
  Schema.makeFilter(({ pattern, replacement }): Schema.FilterOutput => {
    if (replacement === undefined) return true
    if (pattern === undefined) return { path: ["replacement"], issue: "needs a pattern beside it" }
    try {
      compileRewrite({ pattern, replacement })
      return true
    } catch (error) {
      return { path: ["replacement"], issue: error instanceof Error ? error.message : String(error) }
    }
  })
)

export const LabelEntry = Schema.Union([labelOptions.path, LabelObject])
export type LabelEntry = typeof LabelEntry.Type

export const Labels = Schema.Record(LabelName, Schema.String).annotate({
  description: "Constant labels.",
  examples: [{ site: "ams1" }]
})

export const LabelsFrom = Schema.Record(LabelName, LabelEntry).pipe(
  Schema.annotateEncoded({
    description: "Labels whose values are in the document. Rows within rows and their metrics inherit them.",
    examples: [{ node: "id", cluster: "$.cluster", slot: { key: 0 } }]
  })
)
export type LabelsFrom = typeof LabelsFrom.Type
