import { type Html, html } from "./html.ts"

const units: ReadonlyArray<readonly [seconds: number, name: string]> = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"]
]

/** A duration as people write it: `120 ms`, `2.5 s`, `3 min 20 s`, `5 d 4 h`. */
export const duration = (length: number): string => {
  // negative if the wall clock was set back
  const seconds = Math.max(0, length)
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`
  let rest = Math.round(seconds)
  const parts: Array<string> = []
  for (const [size, name] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(" ")
}

/** A number of bytes: `812 B`, `1.4 kB`, `16 MB`. */
export const bytes = (count: number): string => {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), 3)
  const value = count / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${["B", "kB", "MB", "GB"][power]}`
}

/** `2,000` */
export const number = (value: number): string => value.toLocaleString("en-US")

/** A number with its noun: `1 target`, `2 targets`, `1 series`. */
export const count = (value: number, noun: string, plural = `${noun}s`): string =>
  `${number(value)} ${value === 1 ? noun : plural}`

/** Date and time in UTC, from epoch milliseconds. */
export const dateTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace("T", " ").slice(0, 19)

const element = (then: number, text: string): Html =>
  html`<time datetime="${new Date(then).toISOString()}" title="${dateTime(then)} UTC">${text}</time>`

/** A time (epoch milliseconds) as its distance from now. The title shows the time itself. */
export const ago = (then: number, now: number): Html => element(then, `${duration(Math.max(0, now - then) / 1000)} ago`)

/** The time of day, with the date if that is not today. */
export const time = (then: number, now: number): Html =>
  element(then, dateTime(then).slice(0, 10) === dateTime(now).slice(0, 10) ? dateTime(then).slice(11) : dateTime(then))
