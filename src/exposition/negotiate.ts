import type { Format } from "./format.ts"

/**
 * OpenMetrics if the Accept header names it, in version 1.0.0 or without a version, with at least the weight of plain
 * text. Otherwise text, also for a header that accepts neither (RFC 9110, section 12.5.1, allows that).
 */
export const negotiateFormat = (accept: string | undefined): Format => {
  const ranges = parse(accept)
  const openmetrics = weight(ranges, "application/openmetrics-text", "1.0.0") ?? 0
  const text = weight(ranges, "text/plain", "0.0.4") ?? weight(ranges, "text/*") ?? weight(ranges, "*/*") ?? 0
  return openmetrics > 0 && openmetrics >= text ? "openmetrics" : "text"
}

/** Whether the Accept-Encoding header gives gzip at least the weight of `identity` (RFC 9110, section 12.5.3). */
export const acceptsGzip = (acceptEncoding: string | undefined): boolean => {
  const codings = parse(acceptEncoding)
  const gzip = weight(codings, "gzip") ?? weight(codings, "x-gzip") ?? weight(codings, "*") ?? 0
  return gzip > 0 && gzip >= (weight(codings, "identity") ?? 0)
}

interface Preference {
  readonly name: string
  readonly version: string | undefined
  readonly weight: number
}

/** The highest weight of a name, with this version or without a version; undefined if the header does not have it. */
const weight = (preferences: ReadonlyArray<Preference>, name: string, version?: string): number | undefined =>
  preferences
    .filter((preference) => preference.name === name)
    .filter((preference) => preference.version === undefined || preference.version === version)
    .map((preference) => preference.weight)
    .sort((left, right) => right - left)[0]

/** The elements of a header with their weights (RFC 9110, section 12.4.2). A malformed weight counts as 0. */
const parse = (header = ""): ReadonlyArray<Preference> =>
  header.split(",").map((element) => {
    const [name = "", ...parameters] = element.split(";").map((part) => part.trim().toLowerCase())
    const parameter = (key: string) =>
      parameters
        .find((part) => part.startsWith(`${key}=`))
        ?.slice(key.length + 1)
        .replaceAll('"', "")
    const q = parameter("q") ?? "1"
    return { name, version: parameter("version"), weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 0 }
  })
