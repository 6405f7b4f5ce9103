import { labelName } from "./names.ts"
import { itemPath, keysOf } from "./place.ts"
import type { Profile } from "./profile.ts"
import type { Rows } from "./rows.ts"
import type { Scope } from "./scope.ts"
import { singular, wordsOf } from "./words.ts"

/** Keys too general to be label names: the noun of the item is clearer. */
const isName = /^(?:name|id|key|uuid|title)$/

/** The name of the label for the key or position of a row. */
const keyName = (rows: Rows, noun: string): string => {
  if (!rows.keyed) return "index"
  if (rows.stem !== undefined || (rows.steps.length === 0 && noun !== "")) return noun
  const last = wordsOf(keysOf(rows.steps).at(-1) ?? "").at(-1) ?? ""
  return noun !== "" && singular(last) !== last ? noun : "name"
}

/** The labels that identify rows: from the fields that do so, or from the key or position of the row. */
export const rowLabels = (
  rows: Rows,
  scope: Scope,
  identity: ReadonlyArray<Profile> | undefined,
  isSeries: boolean
): Readonly<Record<string, unknown>> => {
  const noun = scope.noun.join("_")
  const labels: Record<string, unknown> = {}
  const used = () => new Set([...scope.labels, ...Object.keys(labels)])
  const prefixed = (name: string) => (noun === "" ? `item_${name}` : `${noun}_${name}`)
  if (identity === undefined) {
    const name = isSeries ? "point" : keyName(rows, noun)
    return { [labelName([name, prefixed(name)], used())]: { key: 0 } }
  }
  for (const { place, own } of identity) {
    const name = own.join("_")
    const wanted = isName.test(name) && noun !== "" ? [noun, prefixed(name)] : [name, prefixed(name)]
    labels[labelName(wanted, used())] = itemPath(place.steps)
  }
  return labels
}
