import type { Draft, MetricDraft, RowsDraft } from "./draft.ts"

/** A longer metric is written with one line for each key. */
const maxLine = 120

/** Plain scalars that YAML 1.1 or 1.2 does not read as strings. */
const notText = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+.]?(?:inf|nan)|[-+]?[0-9](?![0-9a-z]* [a-z]).*|)$/i

/** Strings that need no quotes, even inside brackets. */
const plain = /^[\p{L}0-9$_/(][\p{L}\p{M}0-9_$ ./()+*°%=;-]*$/u

/** Strings that need no quotes outside of brackets. */
const plainOnLine = /^[\p{L}0-9$_/(][\p{L}\p{M}0-9_$ ./()+*°%=;:,[\]'?@<>&|!-]*$/u

const quoted = (text: string, inBrackets: boolean): string => {
  const isPlain =
    (inBrackets ? plain : plainOnLine).test(text) &&
    !notText.test(text) &&
    !text.endsWith(" ") &&
    !/ #|: |:$/.test(text)
  return isPlain ? text : JSON.stringify(text)
}

/** Formats a scalar and escapes `${`, so that it is not expanded as a variable. Keys are not expanded. */
const scalar = (value: unknown, inBrackets: boolean): string =>
  typeof value === "string"
    ? quoted(
        value.replaceAll("${", () => "$${"),
        inBrackets
      )
    : String(value)

/** A value on one line. */
const onLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(onLine).join(", ")}]`
  if (typeof value !== "object" || value === null) return scalar(value, true)
  const entries = Object.entries(value).map(([key, item]) => `${quoted(key, true)}: ${onLine(item)}`)
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`
}

const indented = (lines: ReadonlyArray<string>) => lines.map((line) => (line === "" ? "" : `  ${line}`))
const commented = (lines: ReadonlyArray<string>) => lines.map((line) => `# ${line}`.trimEnd())

/** Formats a key and its value. A map that does not fit on a line has one line for each key. */
const entry = (key: string, value: unknown, depth: number): ReadonlyArray<string> => {
  const line = `${quoted(key, false)}: ${typeof value === "object" ? onLine(value) : scalar(value, false)}`
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value)
  if (!isMap || depth + line.length <= maxLine) return [line]
  return [
    `${quoted(key, false)}:`,
    ...indented(Object.entries(value).flatMap(([inner, item]) => entry(inner, item, depth + 2)))
  ]
}

const metricLines = ({ name, keys, note }: MetricDraft, depth: number): ReadonlyArray<string> => [
  ...(note === undefined ? [] : commented([note])),
  ...entry(name, keys, depth)
]

const mappingLines = (
  metrics: ReadonlyArray<MetricDraft>,
  rows: ReadonlyArray<RowsDraft>,
  depth: number
): ReadonlyArray<string> => [
  ...(metrics.length === 0
    ? []
    : ["metrics:", ...indented(metrics.flatMap((metric) => metricLines(metric, depth + 2)))]),
  ...(rows.length === 0 ? [] : ["each:", ...indented(rows.flatMap((row) => rowLines(row, depth + 2)))])
]

const rowLines = ({ source, labels, metrics, rows, notes }: RowsDraft, depth: number): ReadonlyArray<string> => {
  const [first = "", ...rest] = [
    ...Object.entries(source).flatMap(([key, value]) => entry(key, value, depth + 2)),
    ...(Object.keys(labels).length === 0 ? [] : entry("labels_from", labels, depth + 2)),
    ...mappingLines(metrics, rows, depth + 2)
  ]
  return [...commented(notes), `- ${first}`, ...indented(rest)]
}

/** Formats a draft with one line for each metric, and each comment before the entry that it describes. */
export const yamlOf = ({ heading, target, mapping }: Draft): string => {
  const [first = "", ...rest] = [
    ...Object.entries(target).flatMap(([key, value]) => entry(key, value, 4)),
    ...commented(mapping.notes),
    ...mappingLines(mapping.metrics, mapping.rows, 4)
  ]
  return [...commented(heading), "targets:", ...indented([`- ${first}`, ...indented(rest)])].join("\n").concat("\n")
}

/** Formats a draft as an entry of `mappings`. */
export const mappingYamlOf = ({
  heading,
  name,
  mapping
}: Omit<Draft, "target"> & { readonly name: string }): string => {
  const lines = [...commented(mapping.notes), ...mappingLines(mapping.metrics, mapping.rows, 4)]
  return [...commented(heading), "mappings:", `  ${quoted(name, false)}:`, ...indented(indented(lines))]
    .join("\n")
    .concat("\n")
}
