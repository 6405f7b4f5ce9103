import * as Schema from "effect/Schema"
import { compileRelative } from "../../jsonpath/evaluate.ts"
import { path } from "../../mapping/schema/compiled.ts"
import { text } from "./fields.ts"

const least = (minimum: number) =>
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum, { expected: `a number of at least ${minimum}` }))

/** `link` means the header; a JSON key with this name is `$.link`. */
export const linkHeader = "link"

const isNext = (value: string) => {
  try {
    compileRelative(value)
    return true
  } catch {
    return false
  }
}

export const PageSettings = Schema.Struct({
  next: Schema.optionalKey(
    Schema.String.annotate({
      description:
        "Where a page says what follows: a path to a URL, link for the Link header (RFC 8288), or with param a path to a cursor.",
      examples: ["$.links.next", "link"]
    }).check(Schema.makeFilter(isNext, { expected: "a path, or link for the Link header" }))
  ),
  param: Schema.optionalKey(
    text({ description: "Query parameter of the page, the offset or the cursor.", examples: ["page"] })
  ),
  from: Schema.optionalKey(
    least(0).annotate({ description: "Value of param for the first page. Default: 1, or 0 with step." })
  ),
  step: Schema.optionalKey(
    least(1).annotate({ description: "What is added to param from page to page. Default: 1.", examples: [100] })
  ),
  until_empty: Schema.optionalKey(path("The list that is empty on the last page.", "$.items")),
  while: Schema.optionalKey(path("What is true as long as there are more pages.", "$.has_more")),
  max: Schema.optionalKey(least(1).annotate({ description: "The most pages. More fail the poll. Default: 100." }))
}).annotate({ description: "A response that comes in pages. Rows of the document run over all of them." })
export type PageSettings = typeof PageSettings.Type
