/** Each part is read in one way only, so that a long text costs linear time. */
const decimal = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/

/** The number that a text is, as people and machines write it in decimals: `12.5`, ` -3e4 `. Else NaN. */
export const readNumber = (text: string): number => {
  const trimmed = text.trim()
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN
}
