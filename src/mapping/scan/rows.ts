import { GivenUp, spend } from "../../jsonpath/search.ts"
import { type Body, note, nowhere } from "../bytes/field-index.ts"
import {
  closingBrace,
  closingBracket,
  comma,
  minus,
  noJson,
  openingBrace,
  openingBracket,
  skipBlank,
  skipKey,
  skipString,
  skipValue
} from "../bytes/json-scanner.ts"
import { isShortest, textAt } from "../bytes/scalar.ts"
import type { RowLabels } from "../labels.ts"
import { add, addSpelled, hasEnough, type Run } from "../run.ts"
import type { LabelPlaces } from "../sample.ts"
import type { Reader } from "../series.ts"
import type { Reading } from "../value.ts"
import type { Bulk, BulkLabels, BulkScope, BulkSeries, Placed, Standpoint } from "./bulk.ts"
import { lost } from "./lost.ts"
import { fill } from "./row-labels.ts"
import type { Scan } from "./scan.ts"
import { jsonOf, valuesOf, wordsOf } from "./source.ts"

/**
 * Takes all that is wanted of the rows of a list whose bracket or brace opens at `begin`, as it would if they were parsed. Yields where the list ends;
 * `noJson` where it does not, and where it was left before.
 */
export const visitRows = (run: Run, bulk: Bulk, around: RowLabels, body: Body, begin: number): number => {
  const { bytes } = body
  const scan: Scan = {
    run,
    body,
    bytes,
    search: { root: run.look.document.root, take: () => true, effort: run.look.effort }
  }
  const texts = around.map((label) => label?.[1] ?? "")
  const labels = {
    names: [],
    begins: new Int32Array(texts.length).fill(nowhere),
    ends: new Int32Array(texts.length),
    texts
  }
  try {
    return walk(scan, bulk, labels, begin)
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error
    return noJson
  }
}

const walk = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): number => {
  const code = scan.bytes[begin]
  if (bulk.at.single) return visitRow(scan, bulk, around, begin) ? noJson : bulk.at.row.end
  if (code === openingBracket) return walkItems(scan, bulk, around, begin)
  return code === openingBrace ? walkMembers(scan, bulk, around, begin) : noJson
}

const walkItems = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): number => {
  const { bytes, search } = scan
  const { row } = bulk.at
  let next = skipBlank(bytes, begin + 1)
  if (bytes[next] === closingBracket) return next + 1
  for (let index = 0; ; index++) {
    spend(search, 1)
    row.key = index
    if (visitRow(scan, bulk, around, next)) return noJson
    next = skipBlank(bytes, row.end)
    if (bytes[next] !== comma) return bytes[next] === closingBracket ? next + 1 : noJson
    next = skipBlank(bytes, next + 1)
  }
}

/** In the order that JavaScript gives to members; of two equal keys the last holds, in the place of the first. */
const walkMembers = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): number => {
  const { bytes, search } = scan
  const { row } = bulk.at
  const begins: Record<string, number> = Object.create(null)
  let next = skipBlank(bytes, begin + 1)
  while (bytes[next] !== closingBrace) {
    const key = textAt(bytes, next, skipString(bytes, next))
    next = skipKey(bytes, next)
    begins[key] = next
    next = skipBlank(bytes, skipValue(bytes, next))
    if (bytes[next] === comma) next = skipBlank(bytes, next + 1)
  }
  for (const key of Object.keys(begins)) {
    spend(search, 1)
    row.key = key
    if (visitRow(scan, bulk, around, begins[key] ?? nowhere)) return noJson
  }
  return next + 1
}

/** Says whether that is enough, as it is where the row is no JSON. */
const visitRow = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): boolean => {
  const { run, body, bytes, search } = scan
  const { row } = bulk.at
  row.begin = begin
  row.end = note(bulk.outline, body, begin, row.places)
  if (row.end === noJson) return true
  if (bulk.holds !== undefined && !bulk.holds({ bytes, places: row.places }, search)) return false
  for (const scope of bulk.scopes) {
    if (hasEnough(run)) return true
    visit(scan, bulk.at, scope, around)
  }
  return false
}

const visit = (scan: Scan, at: Standpoint, { labels, series, lists }: BulkScope, around: LabelPlaces): void => {
  fill(scan, at, labels, around)
  let number = unknown
  for (const one of series) number = take(scan, at, one, labels, number)
  for (const list of lists) walkWithin(scan, at, list, labels.current)
}

const walkWithin = (scan: Scan, { row }: Standpoint, { slot, bulk }: Placed, labels: LabelPlaces): void => {
  const begin = row.places.begins[slot] ?? nowhere
  if (begin !== nowhere) walk(scan, bulk, labels, begin)
}

/** The number of labels that none was asked for yet. */
const unknown = -1

/** Takes what a row yields of a metric. `number` is that of the row's labels, and what is known of it afterwards is yielded. */
const take = (scan: Scan, at: Standpoint, one: BulkSeries, ofRow: BulkLabels, number: number): number => {
  const { run, bytes } = scan
  const { series, source, labels, state } = one
  const { family, reader, states } = series
  if (labels === undefined && source?.from === "place" && isVerbatim(scan, at, reader, source.slot)) {
    const known = number === unknown ? run.samples.numberOfPlaces(ofRow.current, bytes) : number
    const { begins, ends } = at.row.places
    if (!addSpelled(run, family, known, bytes, begins[source.slot] ?? nowhere, ends[source.slot] ?? nowhere)) {
      lost(scan, at, "duplicate", family.name, reader.path, ofRow.current)
    }
    return known
  }
  const reading = readingOf(scan, at, one)
  if (typeof reading === "string") lost(scan, at, reading, family.name, reader.path)
  if (states === undefined) {
    if (typeof reading !== "number") return number
    if (labels === undefined) {
      const known = number === unknown ? run.samples.numberOfPlaces(ofRow.current, bytes) : number
      put(scan, at, one, ofRow.current, known, reading)
      return known
    }
    fill(scan, at, labels, ofRow.current)
    put(scan, at, one, labels.current, run.samples.numberOfPlaces(labels.current, bytes), reading)
    return number
  }
  if (labels === undefined || (typeof reading !== "number" && reading !== "unknown_state")) return number
  fill(scan, at, labels, ofRow.current)
  for (const [index, [, text]] of states.entries()) {
    labels.current.texts[state] = text
    put(scan, at, one, labels.current, run.samples.numberOfPlaces(labels.current, bytes), index === reading ? 1 : 0)
  }
  return number
}

/** Whether what stands at a place is the sample just as it is spelled. */
const isVerbatim = ({ bytes }: Scan, { row: { places } }: Standpoint, reader: Reader, slot: number): boolean => {
  if (reader.of !== "value" || reader.verbatim === undefined) return false
  const begin = places.begins[slot] ?? nowhere
  if (begin === nowhere || (reader.verbatim === "not below 0" && bytes[begin] === minus)) return false
  return isShortest(bytes, begin, places.ends[slot] ?? begin)
}

const put = (
  scan: Scan,
  at: Standpoint,
  { series }: BulkSeries,
  labels: LabelPlaces,
  number: number,
  value: number
) => {
  const { family, reader } = series
  if (!add(scan.run, family, number, value)) lost(scan, at, "duplicate", family.name, reader.path, labels)
}

const readingOf = (scan: Scan, at: Standpoint, { series: { reader }, source }: BulkSeries): Reading => {
  if (source === undefined || reader.of === "nothing") return 1
  switch (reader.of) {
    case "value":
      return reader.read(jsonOf(scan, at, source))
    case "words":
      return reader.read(wordsOf(scan, at, source))
    case "values":
      return reader.read(valuesOf(scan, at, source))
  }
}
