import * as Schema from "effect/Schema"
import { compileUrlReference, type UrlReference } from "../url-reference.ts"
import { compiled } from "./compiled.ts"

/** Defaults of the keys of a `get`. */
export const defaultDetails = { max: 64, at_once: 4, partial: true } as const

const count = (description: string, most: number, byDefault: number) =>
  Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween({ minimum: 1, maximum: most }, { expected: `a whole number from 1 to ${most}` })
    ).annotate({ description, default: byDefault })
  )

/** One document for each row. */
export const DetailOptions = Schema.Struct({
  url: compiled<UrlReference>("reference to a URL", compileUrlReference, {
    description:
      "A reference that is resolved against the target's URL. {PATH} is a value of the row, percent-encoded; if {PATH} is the whole reference, it is not encoded.",
    examples: ["/nodes/{id}/stats", "{['@odata.id']}"]
  }),
  max: count("The most documents of a poll. More rows fail the poll.", 10_000, defaultDetails.max),
  at_once: count("How many are requested at once.", 64, defaultDetails.at_once),
  partial: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "A document that cannot be read drops its row only. With false it fails the poll.",
      default: defaultDetails.partial
    })
  )
}).annotate({
  description:
    "One more document for each row. path and labels_from read the list; metrics and each read the document, whose root is $ there."
})
