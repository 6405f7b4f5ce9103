import type { Format } from "../../src/exposition/format.ts"

/** A sample line, parsed by code that shares nothing with the renderer. */
export interface Line {
  readonly name: string
  readonly labels: ReadonlyArray<readonly [name: string, value: string]>
  readonly value: number
}

/** Escapes a label value as both formats do. */
export const escapeLabelValue = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, (_, next) => (next === "n" ? "\n" : next))

/** Parses a line by the grammar of exposition_formats.md. Throws if it does not match. */
export const parseLine = (line: string): Line => {
  const whole = /^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*)\})? ([^ ]+)$/su.exec(line)
  if (whole === null) throw new Error(`no sample: ${JSON.stringify(line)}`)
  const [, name = "", body = "", value = ""] = whole
  const labels: Array<readonly [string, string]> = []
  let rest = body
  while (rest !== "") {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,(?=.)|$)/su.exec(rest)
    if (pair === null) throw new Error(`no label: ${JSON.stringify(rest)}`)
    labels.push([pair[1] ?? "", unescaped(pair[2] ?? "")])
    rest = rest.slice(pair[0].length)
  }
  return { name, labels, value: Number(value) }
}

/** The lines of bytes that must be UTF-8; each line must end in LF. */
export const splitLines = (bytes: Uint8Array): ReadonlyArray<string> => {
  const lines = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).split("\n")
  if (lines.pop() !== "") throw new Error("the last line does not end in LF")
  return lines
}

/** A family of a page: its metadata and its lines. */
export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly unit: string | undefined
  readonly lines: ReadonlyArray<Line>
}

const metadata: Record<Format, RegExp> = {
  text: /^# HELP (?<name>\S+) (?<help>[^\n]*)\n# TYPE \k<name> (?<type>counter|gauge|histogram|summary|untyped)\n/,
  openmetrics:
    /^# TYPE (?<name>\S+) (?<type>counter|gauge|histogram|summary|unknown|info|stateset)\n(?:# UNIT \k<name> (?<unit>\S+)\n)?# HELP \k<name> (?<help>[^\n]*)\n/
}

/** Suffixes of the sample names of a family (OpenMetrics 1.0.0, section "Suffixes"). Text has the full name in both. */
const suffixes = (type: string, format: Format): ReadonlyArray<string> => {
  if (type === "histogram") return ["_bucket", "_sum", "_count"]
  if (type === "summary") return ["", "_sum", "_count"]
  if (format === "openmetrics" && type === "counter") return ["_total"]
  if (format === "openmetrics" && type === "info") return ["_info"]
  return [""]
}

/**
 * Parses a page. Throws unless each family is there once, with its metadata in order above its lines, and nothing else
 * between; with LF at the end, and EOF in OpenMetrics.
 */
export const parsePage = (page: string, format: Format): ReadonlyArray<ParsedFamily> => {
  if (format === "openmetrics" && !page.endsWith("# EOF\n")) throw new Error("no EOF at the end")
  let rest = format === "openmetrics" ? page.slice(0, -"# EOF\n".length) : page
  const families = new Map<string, ParsedFamily>()
  while (rest !== "") {
    const head = metadata[format].exec(rest)
    if (head?.groups === undefined) throw new Error(`no metadata: ${JSON.stringify(rest.slice(0, 200))}`)
    const { name = "", type = "", help = "", unit } = head.groups
    if (families.has(name)) throw new Error(`${name} is there twice`)
    rest = rest.slice(head[0].length)
    const lines: Array<Line> = []
    while (rest !== "" && !rest.startsWith("#")) {
      const end = rest.indexOf("\n")
      if (end === -1) throw new Error("the last line does not end in LF")
      const line = parseLine(rest.slice(0, end))
      if (!suffixes(type, format).some((suffix) => line.name === name + suffix))
        throw new Error(`${line.name} stands under ${name}`)
      lines.push(line)
      rest = rest.slice(end + 1)
    }
    families.set(name, { name, type, help, unit, lines })
  }
  return [...families.values()]
}
