import type { Draft, MetricDraft, RowsDraft } from "./draft.ts"

/** A metric that would be longer has a line for each of its keys. */
const maxLine = 120

/** Words and numbers that YAML 1.1 or 1.2 read as something else. */
const notText = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+.]?(?:inf|nan)|[-+]?[0-9](?![0-9a-z]* [a-z]).*|)$/i

/** Texts that mean themselves without quotes, within brackets as well. */
const plain = /^[\p{L}0-9$_/(][\p{L}\p{M}0-9_$ ./()+*°%=;-]*$/u

/** The same on a line of its own, where brackets need no quotes. */
const plainOnLine = /^[\p{L}0-9$_/(][\p{L}\p{M}0-9_$ ./()+*°%=;:,[\]'?@<>&|!-]*$/u

const quoted = (text: string, inBrackets: boolean): string => {
  const isPlain =
    (inBrackets ? plain : plainOnLine).test(text) &&
    !notText.test(text) &&
    !text.endsWith(" ") &&
    !/ #|: |:$/.test(text)
  return isPlain ? text : JSON.stringify(text)
}

/** A value; in keys `${NAME}` is no variable. */
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

/** A key and its value; a map that is too long for a line has a line for each of its keys. */
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

/** The draft as a person would have written it: a line a metric, and comments where they belong. */
export const yamlOf = ({ heading, target, mapping }: Draft): string => {
  const [first = "", ...rest] = [
    ...Object.entries(target).flatMap(([key, value]) => entry(key, value, 4)),
    ...commented(mapping.notes),
    ...mappingLines(mapping.metrics, mapping.rows, 4)
  ]
  return [...commented(heading), "targets:", ...indented([`- ${first}`, ...indented(rest)])].join("\n").concat("\n")
}

/** The same as an entry of `mappings`. */
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
