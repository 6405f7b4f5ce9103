import type { MetricObject } from "./schema/metric.ts"
import { type ValueSource, valueKind } from "./schema/value-source.ts"

/** HELP of a metric without `help`: the path, and that the value is as old as the last good poll. */
export const defaultHelp = ({ value }: MetricObject, lists: ReadonlyArray<string>): string => {
  const { text, isAbsolute } = describeValue(value)
  const rows = isAbsolute ? [] : lists.map((list) => ` of each ${list}`)
  return `${text}${rows.join("")}, in the response to the last good poll.`
}

const describeValue = (value: ValueSource | undefined): { readonly text: string; readonly isAbsolute: boolean } => {
  if (value === undefined) return { text: "labels", isAbsolute: false }
  const source = valueKind(value)
  switch (source.kind) {
    case "path":
      return { text: source.path.text, isAbsolute: source.path.absolute }
    case "aggregate":
      return { text: `${source.aggregate} of ${source.path.text}`, isAbsolute: source.path.absolute }
    case "constant":
      return { text: String(source.value), isAbsolute: false }
    case "calc":
      return { text: source.calc.text, isAbsolute: false }
  }
}
