import type { Json } from "../mapping/document/json.ts"
import type { MetricDraft } from "./draft.ts"
import type { LeftOut } from "./left-out.ts"
import { labelName, type NameRequest } from "./names.ts"
import { itemPath, keysOf } from "./place.ts"
import type { Profile } from "./profile.ts"
import { type Scope, tellingWords } from "./scope.ts"
import { sentence, spokenWords } from "./words.ts"

/** Limit of texts that become labels of one info metric. */
const maxTexts = 8

/** Keys too general to name a nested value by themselves. */
const generic = /^(?:name|id|key|type|kind|status|state|title|model|label|value|address)$/

const hasNumber = ({ numbers, texts }: Profile) =>
  numbers.length > 0 || [...texts.values()].some(({ kind }) => kind === "number")

const isEmpty = (value: Json | undefined) => value === undefined || value === null || value === ""

/** Makes an info metric (value 1) with the texts of an item as labels. Texts above the limit are left out. */
export const infoDraft = (
  give: (request: NameRequest) => string,
  scope: Scope,
  fields: ReadonlyArray<Profile>
): {
  readonly metrics: ReadonlyArray<MetricDraft>
  readonly left: ReadonlyArray<LeftOut>
  readonly hasNumber: boolean
} => {
  const texts = fields
    .filter((field) => !hasNumber(field))
    .toSorted((a, b) => keysOf(a.place.steps).length - keysOf(b.place.steps).length)
  const left = texts.slice(maxTexts).map(({ place }) => ({ why: "text", path: itemPath(place.steps) }))
  const chosen = fields.filter((field) => hasNumber(field) || texts.slice(0, maxTexts).includes(field))
  if (chosen.length === 0) return { metrics: [], left, hasNumber: false }
  const labels: Record<string, string> = {}
  for (const { place, own } of chosen) {
    const noun = scope.noun.join("_") || "item"
    const whole = tellingWords(keysOf(place.steps)).join("_") || own.join("_")
    const isGeneric = keysOf(place.steps).length > 1 && generic.test(own.join("_"))
    labels[
      labelName(
        [...(isGeneric ? [] : [own.join("_")]), whole, `${noun}_${own.join("_")}`],
        new Set([...scope.labels, ...Object.keys(labels)])
      )
    ] = itemPath(place.steps)
  }
  const isSometimesEmpty = scope.items.values.some((_, item) =>
    chosen.every(({ place }) => isEmpty(place.values[item]))
  )
  const { short, full } = scope.words
  const of = scope.noun.length === 0 ? "" : ` of the ${spokenWords(scope.noun)}`
  const metric = {
    name: give({
      words: [short, full, [...short, ...scope.noun], [...short, "details"]],
      own: 0,
      of: 0,
      type: "info",
      base: undefined
    }),
    keys: {
      type: "info",
      labels_from: labels,
      ...(isSometimesEmpty ? { optional: true } : undefined),
      help: sentence(`attributes${of}`)
    }
  }
  return { metrics: [metric], left, hasNumber: chosen.some(hasNumber) }
}
