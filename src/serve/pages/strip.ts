import type { PollHistory, PollTime } from "../../poll/poll-history.ts"
import { type Html, html } from "./html.ts"
import * as show from "./show.ts"

const slots = 60
const slotWidth = 4
const height = 28

/**
 * How long the last polls took, as a strip of bars in the order of their ticks, the newest at the right: a failed poll is a mark on the
 * ground, a skipped tick a gap. `interval` in milliseconds.
 */
export const strip = (course: PollHistory, interval: number): Html => {
  const polls = course.times()
  const newest = polls.at(-1)
  if (newest === undefined)
    return html`<svg class="strip" viewBox="0 0 ${slots * slotWidth} ${height}" aria-hidden="true"></svg>`
  const slot = ({ at }: PollTime) => slots - 1 - Math.round((newest.at - at) / interval)
  const shown = polls.filter((poll) => slot(poll) >= 0)
  const x = (poll: PollTime) => slot(poll) * slotWidth + slotWidth / 2
  const failed = shown.filter(({ seconds }) => Number.isNaN(seconds))
  const good = shown.filter(({ seconds }) => !Number.isNaN(seconds))
  const slowest = Math.max(...good.map(({ seconds }) => seconds), 0.001)
  const bar = (poll: PollTime) =>
    `M${x(poll)} ${height}v-${Math.max(2, Math.round((poll.seconds / slowest) * (height - 2)))}`
  const mark = (poll: PollTime) => `M${x(poll)} ${height}v-5`
  const label = `the last ${show.count(shown.length, "poll")}: ${failed.length === 0 ? "none" : failed.length} failed${good.length === 0 ? "" : `, the slowest good one took ${show.duration(slowest)}`}`
  return html`<svg class="strip" viewBox="0 0 ${slots * slotWidth} ${height}" role="img" aria-label="${label}"><title>${label}</title><path class="good" d="${good.map(bar).join("")}"/><path class="failed" d="${failed.map(mark).join("")}"/></svg>`
}
