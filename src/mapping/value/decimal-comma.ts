/**
 * A number at the start of a text, with a comma before its fraction, if it has one, and one kind of separator between
 * thousands. A digit, a dot or a comma behind it means that it is written differently.
 */
const amount =
  /^\s*([+\u2212-]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:[ \u00a0\u202f'\u2019][0-9]{3})+|[0-9]+)(?:,([0-9]+))?(?![0-9.,])/

/** The text with its number as in `1234.5`, if it is written as in `1.234,5`; else undefined. */
export const withDecimalPoint = (text: string): string | undefined => {
  const [all, sign = "", whole = "", fraction] = amount.exec(text) ?? []
  if (all === undefined) return undefined
  const digits = whole.replace(/[^0-9]/g, "")
  return `${sign === "\u2212" ? "-" : sign}${digits}${fraction === undefined ? "" : `.${fraction}`}${text.slice(all.length)}`
}
