/** Text 0.0.4, which every client reads, and OpenMetrics 1.0.0 for those that ask for it. */
export type Format = "text" | "openmetrics"

/**
 * The exact Content-Type of each format (exposition_formats.md and OpenMetrics 1.0.0, section "Protocol Negotiation").
 */
export const contentType: Record<Format, string> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
}

const withBackslash = (character: string): string => (character === "\n" ? "\\n" : `\\${character}`)

/** A label value between its quotes. Both formats have the same three escapes. */
export const escapeLabelValue = (value: string): string =>
  /[\\\n"]/.test(value) ? value.replaceAll(/[\\\n"]/g, withBackslash) : value

/** A HELP text of text 0.0.4. Quotes are not escaped. Parsers trim the text, so it is trimmed here. */
export const escapeHelp = (help: string): string => help.trim().replaceAll(/[\\\n]/g, withBackslash)

/** A HELP text of OpenMetrics: an `escaped-string` of its ABNF, with escaped quotes. */
export const escapeOpenMetricsHelp = (help: string): string => help.trim().replaceAll(/[\\\n"]/g, withBackslash)
