import { nowhere } from "../bytes/field-index.ts"
import { quote } from "../bytes/json-scanner.ts"
import { hasEscape } from "../bytes/scalar.ts"
import { ambiguous } from "../lookup.ts"
import type { LabelPlaces } from "../sample.ts"
import type { BulkLabels, LabelText, Standpoint } from "./bulk.ts"
import { lost } from "./lost.ts"
import type { Scan } from "./scan.ts"
import { wordsOf } from "./source.ts"

/** Makes the labels those of the row. */
export const fill = (scan: Scan, at: Standpoint, { sources, current }: BulkLabels, around: LabelPlaces): void => {
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
