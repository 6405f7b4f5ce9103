import * as Result from "effect/Result"
import { fault } from "./fault.ts"
import { lenientToJson } from "./lenient.ts"
import { decodeText } from "./text.ts"

const encoder = new TextEncoder()

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A JSON array of the values on the lines of a text; or why a line is not JSON. Blank lines are skipped. */
const linesToJson = (text: string): Result.Result<string, string> => {
  const values: Array<string> = []
  for (const [index, line] of text.split("\n").entries()) {
    if (/^[ \t\r]*$/.test(line)) continue
    // each line by itself: a value that is cut off must not continue on the next line
    if (!isJson(line)) return Result.fail(`line ${index + 1}: ${fault(line).replace("line 1, ", "")}`)
    values.push(line)
  }
  return Result.succeed(`[${values.join(",")}]`)
}

/** An entry of `format`. */
export interface Format {
  /** For the documentation and editors. */
  readonly reads: string
  /** Converts a text of this format to JSON; or why it cannot. Undefined: the text is JSON already. */
  readonly toJson: ((text: string) => Result.Result<string, string>) | undefined
}

const table = {
  json: { reads: "JSON (RFC 8259)", toJson: undefined },
  ndjson: { reads: "a JSON value on each line; the lines are one list", toJson: linesToJson },
  lenient: {
    reads:
      "JSON5 and literals of Python and JavaScript; `nan` and `Infinity` become null; JSONP and anti-XSSI prefixes are ignored",
    toJson: lenientToJson
  }
} satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof table

/** All formats. Schema and documentation derive from this table. */
export const formats: Readonly<Record<FormatName, Format>> = table
export const formatNames = Object.keys(table) as ReadonlyArray<FormatName>

/** A body as JSON; or in a few words why it is not in `format`. The words quote nothing from the body. */
export const bodyAsJson = (format: FormatName, body: Uint8Array): Result.Result<Uint8Array, string> => {
  const { toJson } = formats[format]
  if (toJson === undefined) return Result.succeed(body)
  return Result.flatMap(decodeText(body), (text) =>
    format === "lenient" && isJson(text)
      ? Result.succeed(body)
      : Result.map(toJson(text), (json) => encoder.encode(json))
  )
}

/** The format to propose for a text that is not JSON, or undefined. */
export const formatFor = (text: string): FormatName | undefined =>
  formatNames.find((name) => {
    const toJson = formats[name].toJson
    return toJson !== undefined && Result.isSuccess(toJson(text))
  })
