import * as Schema from "effect/Schema"
import { path } from "./compiled.ts"

/** Label names that a series may have: those with `__` are Prometheus' own, `le` and `quantile` belong to histograms and summaries. */
export const LabelName = Schema.String.check(
  Schema.isPattern(/^(?!__)(?!(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a label name: letters, digits and _, no digit first, not __ first, neither le nor quantile"
  })
)

const LabelSource = Schema.Union([
  path(
    "Where the label's value stands; where nothing or null stands, the series has no such label.",
    "id",
    "$.cluster"
  ),
  Schema.Struct({
    key: Schema.Int.check(
      Schema.isBetween({ minimum: 0, maximum: 100 }, { expected: "a number of levels, 0 to 100" })
    ).annotate({
      description: "0 is the object key or array index under which the row was found, 1 the one above it, and so on.",
      examples: [0]
    })
  })
])

export const LabelsFrom = Schema.Record(LabelName, LabelSource).pipe(
  Schema.annotateEncoded({
    description: "Labels whose values stand in the document. Rows within rows and their metrics inherit them.",
    examples: [{ node: "id", cluster: "$.cluster", slot: { key: 0 } }]
  })
)

export type LabelsFrom = typeof LabelsFrom.Type
