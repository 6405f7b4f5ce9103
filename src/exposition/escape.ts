const withBackslash = (character: string): string => (character === "\n" ? "\\n" : `\\${character}`)

/** A label value as it stands between quotes; both formats have the same three escapes. */
export const escapeLabelValue = (value: string): string =>
  /[\\\n"]/.test(value) ? value.replaceAll(/[\\\n"]/g, withBackslash) : value

/** A HELP text as text 0.0.4 has it: quotes stand as they are, and blanks around it would be lost. */
export const escapeHelp = (help: string): string => help.trim().replaceAll(/[\\\n]/g, withBackslash)

/** A HELP text as OpenMetrics has it: an `escaped-string` of its ABNF, in which quotes are escaped too. */
export const escapeOpenMetricsHelp = (help: string): string => help.trim().replaceAll(/[\\\n"]/g, withBackslash)
