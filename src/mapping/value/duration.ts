const number = String.raw`([0-9]+(?:[.,][0-9]*)?|\.[0-9]+)`

/** `1h2m3.5s`, the units from the largest to the smallest, as Go and Prometheus write it. */
const units: ReadonlyArray<readonly [unit: string, seconds: number]> = [
  ["w", 604_800],
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
  ["ms", 1e-3],
  ["[uµμ]s", 1e-6],
  ["ns", 1e-9]
]
const plain = new RegExp(String.raw`^([+-]?)(?=\S)${units.map(([unit]) => `(?:${number}${unit}\\s*)?`).join("")}$`)

/** ISO 8601 durations of fixed length: weeks, days, hours, minutes, seconds; years and months have none. */
const isoSeconds = [604_800, 86_400, 3600, 60, 1]
const iso = new RegExp(
  `^([+-]?)P(?=[0-9.T])(?:${number}W)?(?:${number}D)?(?:T(?=[0-9.])(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`
)

const sum = ([, sign, ...counts]: RegExpExecArray, seconds: ReadonlyArray<number>): number => {
  const total = counts.reduce((sum, count, index) => {
    const size = seconds[index] ?? 0
    if (count === undefined) return sum
    const value = Number(count.replace(",", "."))
    return sum + (size < 1 ? value / Math.round(1 / size) : value * size)
  }, 0)
  return sign === "-" ? -total : total
}

/** Seconds of a duration such as `1h2m3.5s`, `250ms` or `PT1H`; NaN where it is none. */
export const readDuration = (text: string): number => {
  const trimmed = text.trim()
  const asPlain = plain.exec(trimmed)
  if (asPlain !== null)
    return sum(
      asPlain,
      units.map(([, seconds]) => seconds)
    )
  const asIso = iso.exec(trimmed)
  if (asIso !== null) return sum(asIso, isoSeconds)
  return trimmed === "0" ? 0 : Number.NaN
}
