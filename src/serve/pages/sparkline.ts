import type { PollHistory, PollTime } from "../../poll/poll-history.ts"
import { type Html, html } from "./html.ts"
import { count, duration, time } from "./page-format.ts"

const slots = 60
const slotWidth = 4
const height = 28

export interface SparklineOptions {
  /** Milliseconds. */
  readonly interval: number
  /** Seconds at the top of the bars. */
  readonly scale: number
  /** Seconds. Drawn as a line if it is within the scale. */
  readonly timeout: number
}

/** The longest good poll in seconds, or 0. */
export const slowest = (history: PollHistory): number =>
  history.times().reduce((most, { seconds }) => (Number.isNaN(seconds) ? most : Math.max(most, seconds)), 0)

const empty = html`<svg class="sparkline" viewBox="0 0 ${slots * slotWidth} ${height}" aria-hidden="true"></svg>`

/** Polls with the slot of their tick: 0 is the oldest, a skipped tick leaves a gap. */
const placed = (history: PollHistory, interval: number): ReadonlyArray<PollTime & { readonly slot: number }> => {
  const times = history.times()
  const newest = times.at(-1)
  if (newest === undefined) return []
  const age = ({ at }: PollTime) => Math.round((newest.at - at) / interval)
  const recent = times.filter((poll) => age(poll) < slots)
  const oldest = Math.max(...recent.map(age))
  return recent.map((poll) => ({ ...poll, slot: oldest - age(poll) }))
}

/**
 * The durations of the last polls as bars, oldest at the left. A failed poll is a mark of full height in another colour
 * and shape.
 */
export const sparkline = (history: PollHistory, { interval, scale, timeout }: SparklineOptions): Html => {
  const polls = placed(history, interval)
  if (polls.length === 0) return empty
  const x = ({ slot }: { readonly slot: number }) => slot * slotWidth + slotWidth / 2
  const failed = polls.filter(({ seconds }) => Number.isNaN(seconds))
  const good = polls.filter(({ seconds }) => !Number.isNaN(seconds))
  const top = Math.max(scale, 0.001)
  const level = (seconds: number) => Math.max(2, Math.round((Math.min(seconds, top) / top) * (height - 2)))
  const bars = good.map((poll) => `M${x(poll)} ${height}v-${level(poll.seconds)}`).join("")
  const marks = failed.map((poll) => `M${x(poll)} ${height}v-3m0-3v-${height - 8}`).join("")
  const line = timeout <= top && html`<path class="timeout" d="M0 ${height - level(timeout)}H${slots * slotWidth}"/>`
  const longest = Math.max(...good.map(({ seconds }) => seconds))
  const label = `the last ${count(polls.length, "poll")}: ${failed.length === 0 ? "none" : failed.length} failed${good.length === 0 ? "" : `, the slowest good one took ${duration(longest)}`}; timeout ${duration(timeout)}`
  return html`<svg class="sparkline" viewBox="0 0 ${slots * slotWidth} ${height}" role="img" aria-label="${label}"><title>${label}</title>${line}<path class="good" d="${bars}"/><path class="failed" d="${marks}"/></svg>`
}

/** The longest good poll as text, such as `max 1.2 s`; empty if there is none. */
export const measure = (history: PollHistory): string => {
  const longest = slowest(history)
  return longest === 0 ? "" : `max ${duration(longest)}`
}

/** The times of the first and the last poll, below a sparkline that is as wide as the page. */
export const axis = (history: PollHistory, interval: number, now: number): Html | undefined => {
  const polls = placed(history, interval)
  const [first] = polls
  const last = polls.at(-1)
  if (first === undefined || last === undefined || polls.length < 2) return undefined
  const width = Math.max(20, ((last.slot + 1) / slots) * 100)
  return html`<div class="axis w${Math.ceil(width / 10) * 10}"><span>${time(first.at, now)}</span><span>${time(last.at, now)}</span></div>`
}
