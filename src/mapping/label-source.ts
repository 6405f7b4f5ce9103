import { dropField, type ProblemLog } from "./problems.ts"
import { ambiguous, type Field, type Row } from "./reader.ts"
import type { Labels, LabelValues } from "./sample.ts"

/** Where the label of one name comes from. */
export type LabelSource = { readonly name: string } & (
  | { readonly kind: "constant"; readonly text: string }
  /** The label at this position among those of the row around. */
  | { readonly kind: "inherited"; readonly index: number }
  | { readonly kind: "field"; readonly field: Field; readonly rewrite: Rewrite }
  /** The key or index `up` levels above the row. */
  | { readonly kind: "key"; readonly up: number; readonly rewrite: Rewrite }
)

/** Changes the text of a label; undefined if the text stays as it is. */
type Rewrite = ((text: string) => string) | undefined

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

/** Constant labels in ascending order of name. */
export const constantLabels = (labels: Readonly<Record<string, string>>): ReadonlyArray<LabelSource> =>
  Object.entries(labels)
    .filter(([, text]) => text !== "")
    .map(([name, text]): LabelSource => ({ kind: "constant", name, text }))
    .sort(byName)

/** The labels of the row around and `own`, in ascending order of name. If both have a name, `own` wins. */
export const inheritLabels = (
  around: ReadonlyArray<LabelSource>,
  own: ReadonlyArray<LabelSource>
): ReadonlyArray<LabelSource> => {
  const names = new Set(own.map(({ name }) => name))
  const inherited = around.map(({ name }, index): LabelSource => ({ kind: "inherited", name, index }))
  return [...inherited.filter(({ name }) => !names.has(name)), ...own].sort(byName)
}

/** Storage for the values of these labels; all are absent at first. */
export const labelValues = (sources: ReadonlyArray<{ readonly name: string }>): LabelValues => ({
  names: sources.map(({ name }) => name),
  begins: new Int32Array(sources.length).fill(-1),
  ends: new Int32Array(sources.length),
  texts: sources.map(() => "")
})

/** Sets the labels to those of a row. */
export const fillLabels = (
  sources: ReadonlyArray<LabelSource>,
  row: Row,
  around: LabelValues,
  into: LabelValues,
  problems: ProblemLog
): void => {
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index]
    if (source === undefined) continue
    switch (source.kind) {
      case "constant":
        into.texts[index] = source.text
        break
      case "inherited":
        into.begins[index] = around.begins[source.index] ?? -1
        into.ends[index] = around.ends[source.index] ?? -1
        into.texts[index] = around.texts[source.index] ?? ""
        break
      case "key": {
        const text = String(row.key(source.up) ?? "")
        into.texts[index] = source.rewrite === undefined ? text : source.rewrite(text)
        break
      }
      case "field":
        if (source.rewrite !== undefined) {
          const text = row.text(source.field)
          into.texts[index] = typeof text === "string" ? source.rewrite(text) : ""
          if (text === ambiguous) dropField(problems, "ambiguous", source.name, source.field, row)
        } else if (!row.label(source.field, into, index)) {
          dropField(problems, "ambiguous", source.name, source.field, row)
        }
    }
  }
}

/** Whether any label has a value. */
export const hasLabels = ({ begins, ends, texts }: LabelValues): boolean =>
  texts.some((text, index) => {
    const begin = begins[index] ?? -1
    return begin < 0 ? text !== "" : begin < (ends[index] ?? begin)
  })

/** The labels as pairs, without absent ones. */
export const labelPairs = ({ names, begins, ends, texts }: LabelValues, bytes: Buffer): Labels =>
  names.flatMap((name, index): Labels => {
    const begin = begins[index] ?? -1
    const text = begin < 0 ? (texts[index] ?? "") : bytes.toString("utf8", begin, ends[index])
    return text === "" ? [] : [[name, text]]
  })
