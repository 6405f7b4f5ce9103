/** Longest pause that an upstream gets by asking for it: a day, in milliseconds. */
const longest = 86_400_000

/** Milliseconds from `now` (epoch milliseconds) until the time of a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). */
export const retryAfter = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(pause) || pause < 0 ? undefined : Math.min(pause, longest)
}
