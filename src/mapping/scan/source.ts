import type { Path } from "../../jsonpath/evaluate.ts"
import { nowhere } from "../bytes/field-index.ts"
import { firstOfNull, openingBrace, openingBracket, quote } from "../bytes/json-scanner.ts"
import { jsonAt, textAt } from "../bytes/scalar.ts"
import { documentOf, type Json } from "../document/json.ts"
import { ambiguous, type Lookup, lookup, nodesAt, valueAt, wordsAt } from "../lookup.ts"
import type { Source, Standpoint } from "./bulk.ts"
import type { Scan } from "./scan.ts"

/** The one value that is found from a row, if any. */
export const jsonOf = (scan: Scan, at: Standpoint, source: Source): Json | undefined | typeof ambiguous => {
  if (source.from !== "place") {
    const [look, path] = elsewhere(scan, at, source)
    return look && valueAt(look, path, look.root)
  }
  const { begins, ends } = at.row.places
  const begin = begins[source.slot] ?? nowhere
  return begin === nowhere ? undefined : jsonAt(scan.bytes, begin, ends[source.slot] ?? begin)
}

/** The same as words; undefined where nothing stands, or null. A list or map is several. */
export const wordsOf = (scan: Scan, at: Standpoint, source: Source): string | undefined | typeof ambiguous => {
  if (source.from !== "place") {
    const [look, path] = elsewhere(scan, at, source)
    return look && wordsAt(look, path, look.root)
  }
  const { begins, ends } = at.row.places
  const begin = begins[source.slot] ?? nowhere
  const end = ends[source.slot] ?? begin
  switch (scan.bytes[begin]) {
    case undefined:
    case firstOfNull:
      return undefined
    case openingBrace:
    case openingBracket:
      return ambiguous
    case quote:
      return textAt(scan.bytes, begin, end)
    default:
      return scan.bytes.toString("latin1", begin, end)
  }
}

/** All values that are found from a row. */
export const valuesOf = (scan: Scan, at: Standpoint, source: Source): ReadonlyArray<Json> => {
  if (source.from === "place") {
    const value = jsonOf(scan, at, source)
    return value === undefined || value === ambiguous ? [] : [value]
  }
  const [look, path] = elsewhere(scan, at, source)
  return look === undefined ? [] : nodesAt(look, path, look.root).map(({ value }) => value)
}

/** Where a path that is not only keys has to look; there is nothing to look at if its keys lead nowhere. */
const elsewhere = (
  { run: { look }, bytes }: Scan,
  { row: { places } }: Standpoint,
  source: Exclude<Source, { readonly from: "place" }>
): readonly [Lookup | undefined, Path] => {
  if (source.from === "document") return [look, source.path]
  const begin = places.begins[source.slot] ?? nowhere
  if (begin === nowhere) return [undefined, source.rest]
  const text = bytes.toString("utf8", begin, places.ends[source.slot])
  return [lookup(documentOf(text), look.effort), source.rest]
}
