/** Each part can match in one way only, so that a long text takes linear time. */
const decimal = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/

/** The number that a decimal text such as `12.5` or ` -3e4 ` spells; NaN for other text. */
export const readNumber = (text: string): number => {
  const trimmed = text.trim()
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN
}
