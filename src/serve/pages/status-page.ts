import * as Duration from "effect/Duration"
import type { DaemonStatus, SourceStatus } from "../../poll/daemon-status.ts"
import type { TargetStatus } from "../../poll/target-status.ts"
import { answer, droppedOf, why } from "./answer.ts"
import { type Content, type Html, html } from "./html.ts"
import { layout } from "./layout.ts"
import * as show from "./show.ts"
import { strip } from "./strip.ts"
import { pathOf, type State, stateOf } from "./target-state.ts"

/** What the page is made of; `query` is the URL's, with `down` and `page`. */
export interface StatusView {
  readonly self: DaemonStatus
  readonly statuses: ReadonlyArray<TargetStatus>
  /** What is wrong with the daemon itself. */
  readonly ailments: ReadonlyArray<string>
  readonly now: number
  readonly query: URLSearchParams
}

const pageLength = 100

/** Lines of what is wrong with one source. */
const mostProblems = 10

/** Trouble first: what is down, the longest outage before the others, then what was not polled yet, then the rest by name. */
const order: Readonly<Record<State, number>> = { down: 0, waiting: 1, up: 2 }

const byUrgency = (a: TargetStatus, b: TargetStatus) =>
  order[stateOf(a)] - order[stateOf(b)] ||
  (a.outage?.since ?? 0) - (b.outage?.since ?? 0) ||
  (a.target.name < b.target.name ? -1 : 1)

const verdict = (states: ReadonlyArray<State>): string => {
  const [down, waiting] = [states.filter((s) => s === "down").length, states.filter((s) => s === "waiting").length]
  if (states.length === 0) return "There are no targets"
  if (down > 0)
    return `${down === states.length ? (down === 1 ? "The one target is" : `All ${down} targets are`) : `${down} of ${states.length} targets ${down === 1 ? "is" : "are"}`} down`
  if (waiting > 0) return `${states.length - waiting} of ${states.length} targets polled so far`
  return states.length === 1 ? "The one target is up" : `All ${states.length} targets are up`
}

const notices = ({ self, ailments, now }: StatusView): ReadonlyArray<Content> => [
  ailments.length > 0 &&
    html`<div class="notice"><p><b>poller itself is not well.</b></p>${ailments.map((text) => html`<p>${text}</p>`)}</div>`,
  !self.reload.successful &&
    html`<div class="notice"><p><b>The last reload failed</b>, ${show.ago(self.reload.at, now)}; the configuration before it is in force.</p>${self.reload.problems.map((problem) => html`<p>${problem}</p>`)}</div>`,
  self.sources.map(
    ({ name, problems, lastSuccess }) =>
      problems.length > 0 &&
      html`<div class="notice"><p><b>Not all is well with the targets from ${name}</b>${lastSuccess !== undefined && html`, last read in full ${show.ago(lastSuccess, now)}`}; what it listed before stands.</p>${problems.slice(0, mostProblems).map((problem) => html`<p>${problem}</p>`)}${problems.length > mostProblems && html`<p>and ${show.count(problems.length - mostProblems, "more", "more")}</p>`}</div>`
  )
]

const origin = ({ name, targets, attempted, lastSuccess }: SourceStatus, now: number): Html => {
  const read = lastSuccess !== undefined && [", read ", show.ago(lastSuccess, now)]
  return html`<p class="soft">${show.count(targets, "target")} from ${name}${attempted ? read : ", which was not asked yet"}</p>`
}

const nextPoll = ({ nextTick, pause }: TargetStatus, now: number): Content => {
  const at = Math.max(nextTick ?? 0, pause?.at ?? 0)
  if (at === 0) return ""
  return `${at <= now ? "now" : `in ${show.duration((at - now) / 1000)}`}${pause === undefined ? "" : " (Retry-After)"}`
}

const row = (status: TargetStatus, now: number): Html => {
  const { target, last, outage, series } = status
  const state = stateOf(status)
  const dropped = last === undefined ? 0 : droppedOf(last)
  return html`<tr>
<td class="state ${state}">${state}</td>
<td class="name"><a href="${pathOf(target.name)}">${target.name}</a>${outage !== undefined && html`<br><span class="down">since ${show.ago(outage.since, now)}</span>: ${why(outage)}`}</td>
<td class="last">${last !== undefined && html`${show.ago(last.at, now)}<span class="soft">, ${answer(last)}</span>`}</td>
<td class="number" data-label="series">${series.toLocaleString("en-US")}${dropped > 0 && html`<br><span class="soft">${show.count(dropped, "problem")}</span>`}</td>
<td>${strip(status.history, Duration.toMillis(target.interval))}</td>
<td class="soft" data-label="next poll">${nextPoll(status, now)}</td>
</tr>
`
}

const link = (down: boolean, page: number, text: string): Html => {
  const query = [down && "down", page > 1 && `page=${page}`].filter(Boolean).join("&")
  return html`<a href="/${query === "" ? "" : `?${query}`}">${text}</a>`
}

/** The page `/`: is poller well, which targets are down, since when and why, how were the last polls, what comes next. */
export const statusPage = (view: StatusView): string => {
  const { self, statuses, now, query } = view
  const down = query.has("down")
  const listed = statuses.filter((status) => !down || stateOf(status) === "down").sort(byUrgency)
  const pages = Math.max(1, Math.ceil(listed.length / pageLength))
  const page = Math.min(Math.max(1, Math.floor(Number(query.get("page"))) || 1), pages)
  const rows = listed.slice((page - 1) * pageLength, page * pageLength)
  const states = statuses.map(stateOf)
  const anyDown = states.includes("down")
  return layout(`${verdict(states)} · poller`, self, now, [
    html`<h1>${verdict(states)}</h1>`,
    notices(view),
    (down || (anyDown && statuses.length > 10)) &&
      html`<p class="soft">${down ? link(false, 1, "show all targets") : link(true, 1, "show only those that are down")}</p>`,
    rows.length > 0 &&
      html`<table>
<thead><tr><th>State</th><th>Target</th><th>Last poll</th><th class="number">Series</th><th>Duration of the last polls</th><th>Next poll</th></tr></thead>
<tbody>
${rows.map((status) => row(status, now))}</tbody>
</table>`,
    pages > 1 &&
      html`<p class="soft">${page > 1 && [link(down, page - 1, "previous"), " "]}page ${page} of ${pages}${page < pages && [" ", link(down, page + 1, "next")]}</p>`,
    self.sources.map((source) => origin(source, now))
  ])
}
