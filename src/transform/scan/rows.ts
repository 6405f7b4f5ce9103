import { describeFound, describeLabels, describeRow } from "../describe.ts"
import { documentOf, type Json } from "../json.ts"
import { GivenUp, type Search, spend } from "../jsonpath/search.ts"
import type { RowLabels } from "../labels.ts"
import { ambiguous, type Lookup, lookup, nodesAt, valueAt, wordsAt } from "../lookup.ts"
import { documentNode, type Node } from "../node.ts"
import type { Path } from "../path.ts"
import { add, addSpelled, hasEnough, type Run } from "../run.ts"
import type { DropReason, LabelPlaces } from "../sample.ts"
import type { Reader } from "../series.ts"
import type { Reading } from "../value.ts"
import type { Bulk, BulkLabels, BulkScope, BulkSeries, LabelText, Placed, Source, Standpoint } from "./bulk.ts"
import { type Body, note, nowhere } from "./outline.ts"
import { hasEscape, isShortest, jsonAt, textAt } from "./scalar.ts"
import {
  closingBrace,
  closingBracket,
  comma,
  firstOfNull,
  minus,
  openingBrace,
  openingBracket,
  quote,
  skipBlank,
  skipKey,
  skipString,
  skipValue
} from "./skip.ts"

/** One document on its way through the lists of a plan that are read from its bytes. */
interface Scan {
  readonly run: Run
  readonly body: Body
  readonly bytes: Buffer
  readonly search: Search
}

/** Takes all that is wanted of the rows of a list whose bracket or brace opens at `begin`; yields what it would if they were parsed. */
export const visitRows = (run: Run, bulk: Bulk, around: RowLabels, body: Body, begin: number): void => {
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
    walk(scan, bulk, labels, begin)
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error
  }
}

const walk = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): void => {
  const code = scan.bytes[begin]
  if (bulk.at.single) visitRow(scan, bulk, around, begin)
  else if (code === openingBracket) walkItems(scan, bulk, around, begin)
  else if (code === openingBrace) walkMembers(scan, bulk, around, begin)
}

const walkItems = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): void => {
  const { bytes, search } = scan
  const { row } = bulk.at
  let next = skipBlank(bytes, begin + 1)
  if (bytes[next] === closingBracket) return
  for (let index = 0; ; index++) {
    spend(search, 1)
    row.key = index
    if (visitRow(scan, bulk, around, next)) return
    next = skipBlank(bytes, row.end)
    if (bytes[next] !== comma) return
    next = skipBlank(bytes, next + 1)
  }
}

/** In the order that JavaScript gives to members; of two equal keys the last holds, in the place of the first. */
const walkMembers = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): void => {
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
    if (visitRow(scan, bulk, around, begins[key] ?? nowhere)) return
  }
}

/** Says whether that is enough. */
const visitRow = (scan: Scan, bulk: Bulk, around: LabelPlaces, begin: number): boolean => {
  const { run, body, bytes, search } = scan
  const { row } = bulk.at
  row.begin = begin
  row.end = note(bulk.outline, body, begin, row.places)
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

const jsonOf = (scan: Scan, at: Standpoint, source: Source): Json | undefined | typeof ambiguous => {
  if (source.from !== "place") {
    const [look, path] = elsewhere(scan, at, source)
    return look && valueAt(look, path, look.root)
  }
  const { begins, ends } = at.row.places
  const begin = begins[source.slot] ?? nowhere
  return begin === nowhere ? undefined : jsonAt(scan.bytes, begin, ends[source.slot] ?? begin)
}

const wordsOf = (scan: Scan, at: Standpoint, source: Source): string | undefined | typeof ambiguous => {
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

const valuesOf = (scan: Scan, at: Standpoint, source: Source): ReadonlyArray<Json> => {
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

/** Makes the labels those of the row. */
const fill = (scan: Scan, at: Standpoint, { sources, current }: BulkLabels, around: LabelPlaces): void => {
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index]
    if (source !== undefined) fillOne(scan, at, source, current, index, around)
  }
}

const fillOne = (
  scan: Scan,
  at: Standpoint,
  source: LabelText,
  current: LabelPlaces,
  index: number,
  around: LabelPlaces
): void => {
  switch (source.from) {
    case "text":
      fillText(current, index, source.text)
      return
    case "key":
      fillText(current, index, String(source.row.key))
      return
    case "around":
      fillPlace(current, index, around.begins[source.index] ?? nowhere, around.ends[source.index] ?? nowhere)
      current.texts[index] = around.texts[source.index] ?? ""
      return
    case "place": {
      const { begins, ends } = at.row.places
      const begin = begins[source.slot] ?? nowhere
      const end = ends[source.slot] ?? nowhere
      if (scan.bytes[begin] === quote && !(scan.body.escapes && hasEscape(scan.bytes, begin, end))) {
        fillPlace(current, index, begin + 1, end - 1)
        return
      }
    }
  }
  const words = wordsOf(scan, at, source)
  if (words === ambiguous) lost(scan, at, "ambiguous", current.names[index] ?? "", source.path)
  fillText(current, index, typeof words === "string" ? words : "")
}

const fillText = ({ begins, texts }: LabelPlaces, index: number, text: string): void => {
  begins[index] = nowhere
  texts[index] = text
}

const fillPlace = ({ begins, ends }: LabelPlaces, index: number, begin: number, end: number): void => {
  begins[index] = begin
  ends[index] = end
}

const lost = (
  scan: Scan,
  at: Standpoint,
  reason: DropReason,
  metric: string,
  path: Path | undefined,
  duplicate?: LabelPlaces
): void => {
  const { problems } = scan.run
  if (!problems.count(reason)) return
  const found = duplicate === undefined ? describeIn(scan, at, path) : describeLabels(labelsOf(scan, duplicate))
  problems.problems.push({ reason, metric, path: path?.text ?? "", row: describeRow(nodeOf(at)), found })
}

/** What a path finds from the row, now that somebody wants to know. */
const describeIn = ({ run: { look }, bytes }: Scan, { row }: Standpoint, path: Path | undefined): string => {
  if (path === undefined) return ""
  if (path.absolute) return describeFound(look, path, look.root)
  // in a list, which knows how its items are spelled
  const held = lookup(documentOf(`[${bytes.toString("utf8", row.begin, row.end)}]`), look.effort)
  const value = Array.isArray(held.root.value) ? held.root.value[0] : undefined
  return describeFound(held, path, { value: value ?? null, key: 0, parent: held.root })
}

const nodeOf = ({ around, keys, single, row }: Standpoint): Node => {
  const list = keys.reduce<Node>(
    (parent, key) => ({ value: null, key, parent }),
    around === undefined ? documentNode(null) : nodeOf(around)
  )
  return single ? list : { value: null, key: row.key, parent: list }
}

const labelsOf = ({ bytes }: Scan, { names, begins, ends, texts }: LabelPlaces) =>
  names.flatMap((name, index): ReadonlyArray<readonly [string, string]> => {
    const begin = begins[index] ?? nowhere
    const text = begin === nowhere ? (texts[index] ?? "") : bytes.toString("utf8", begin, ends[index])
    return text === "" ? [] : [[name, text]]
  })
