import type { Json } from "../mapping/document/json.ts"
import { isObject } from "./map.ts"
import { wordsOf } from "./words.ts"

/** Keys whose value, if there is one, points to the next page. */
const ofNext =
  /^(?:next|next_page|next_url|next_link|next_page_key|next_page_token|next_cursor|cursor|continuation_token|odata_next_link|has_more|has_next|has_next_page|next_records_url)$/

const isSet = (value: Json | undefined): boolean => value === true || (typeof value === "string" && value !== "")

/** A comment that the responses may be only the first page, if a key such as `next` is set. */
export const pagesHint = (roots: ReadonlyArray<Json>): ReadonlyArray<string> => {
  for (const root of roots) {
    if (!isObject(root)) continue
    const places = [
      ["", root] as const,
      ...Object.entries(root).filter(([key]) => /^(?:_?links|paging|pagination|page_info|meta|metadata)$/i.test(key))
    ]
    for (const [outer, object] of places) {
      const key = isObject(object)
        ? Object.keys(object).find((key) => ofNext.test(wordsOf(key).join("_")) && isSet(object[key]))
        : undefined
      if (key !== undefined)
        return [
          `This may be the first of several pages: ${outer === "" ? key : `${outer}.${key}`} is set. See pages in the documentation.`
        ]
    }
  }
  return []
}
