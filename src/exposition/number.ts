/**
 * A value as both formats read it: integers without a point, others with the fewest digits that read back as the same
 * double, exponents as in `1e+21`. Samples are finite; the rest is here because Go spells it otherwise than JavaScript.
 */
export const spell = (value: number): string => {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return "NaN"
  return value > 0 ? "+Inf" : "-Inf"
}
