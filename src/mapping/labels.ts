import type { Path } from "../jsonpath/evaluate.ts"
import { keyOf, type Node } from "./document/node.ts"
import { ambiguous, type Lookup, wordsAt } from "./lookup.ts"
import type { Labels } from "./sample.ts"
import type { LabelsFrom } from "./schema/labels.ts"

export type Label = Labels[number]

/** Where the label of one name comes from. */
export type LabelSource = { readonly name: string } & (
  | { readonly kind: "constant"; readonly label: Label }
  /** The label at this place among those of the row around. */
  | { readonly kind: "inherited"; readonly index: number }
  | { readonly kind: "path"; readonly path: Path }
  /** The key of the row, or of what is that many levels above it. */
  | { readonly kind: "key"; readonly up: number }
)

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

/** The same labels on everything, in the order of their names. */
export const constants = (labels: Readonly<Record<string, string>>): ReadonlyArray<LabelSource> =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]): LabelSource => ({ kind: "constant", name, label: [name, value] }))
    .sort(byName)

/** What the rows around have, and `own`, in the order of their names. Of two of one name the inner one holds. */
export const inherit = (around: ReadonlyArray<LabelSource>, own: LabelsFrom = {}): ReadonlyArray<LabelSource> => {
  const mine = Object.entries(own).map(
    ([name, source]): LabelSource =>
      "key" in source ? { kind: "key", name, up: source.key } : { kind: "path", name, path: source }
  )
  const theirs = around.map(({ name }, index): LabelSource => ({ kind: "inherited", name, index }))
  return [...theirs.filter(({ name }) => !Object.hasOwn(own, name)), ...mine].sort(byName)
}

/** The labels of a row, a place for each source, whether or not it has one. */
export type RowLabels = ReadonlyArray<Label | undefined>

/** Hears of a label whose path finds no single text, number or boolean. */
export type LabelProblem = (label: string, path: Path, row: Node) => void

export const labelRow = (
  sources: ReadonlyArray<LabelSource>,
  around: RowLabels,
  look: Lookup,
  row: Node,
  problem: LabelProblem
): RowLabels => {
  const labels = new Array<Label | undefined>(sources.length)
  let index = 0
  for (const source of sources) labels[index++] = labelOf(source, around, look, row, problem)
  return labels
}

const labelOf = (
  source: LabelSource,
  around: RowLabels,
  look: Lookup,
  row: Node,
  problem: LabelProblem
): Label | undefined => {
  switch (source.kind) {
    case "constant":
      return source.label
    case "inherited":
      return around[source.index]
    case "key": {
      const key = keyOf(row, source.up)
      return key === undefined ? undefined : made(source.name, String(key))
    }
    case "path": {
      const words = wordsAt(look, source.path, row)
      if (words === undefined) return undefined
      if (words !== ambiguous) return made(source.name, words)
      problem(source.name, source.path, row)
      return undefined
    }
  }
}

/** An empty value is an absent label. */
const made = (name: string, value: string): Label | undefined => (value === "" ? undefined : [name, value])

/** The labels that a row has. */
export const present = (labels: RowLabels): Labels =>
  hasAll(labels) ? labels : labels.filter((label) => label !== undefined)

const hasAll = (labels: RowLabels): labels is Labels => !labels.includes(undefined)

/** One text for one set of labels: lengths make it plain where a value ends. */
export const labelsKey = (labels: Labels): string => {
  let key = ""
  for (const [name, value] of labels) key += `${name}=${value.length}:${value}`
  return key
}
