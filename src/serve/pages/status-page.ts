import * as Duration from "effect/Duration"
import { shownUrl } from "../../client/shown-url.ts"
import type { SourceStatus } from "../../poll/daemon-status.ts"
import type { TargetStatus } from "../../poll/target-status.ts"
import { clusterNotices, clusterSection } from "./cluster-section.ts"
import { type Content, type Html, html } from "./html.ts"
import { layout, type PageContext } from "./layout.ts"
import { ago, count, duration, number, time } from "./page-format.ts"
import { causeOf, droppedOf, pollText, reasonText } from "./poll-text.ts"
import { measure, slowest, sparkline } from "./sparkline.ts"
import { pathOf, type State, stateOf, states } from "./target-state.ts"

/** `query`: the query of the URL, with `q`, `state`, `group`, `page` and `refresh`. */
export interface StatusView extends PageContext {
  readonly statuses: ReadonlyArray<TargetStatus>
  /** The problems of the daemon itself. */
  readonly healthProblems: ReadonlyArray<string>
  readonly query: URLSearchParams
}

interface Listed {
  readonly status: TargetStatus
  readonly state: State
}

const pageLength = 100

/** Limit of shown problems of a source. */
const maxProblems = 10

/** Limit of causes in the summary. */
const maxCauses = 5

/** A key that sorts names by the numbers in them: node-9 before node-10. */
const naturalKey = (name: string): string => name.replace(/\d+/g, (digits) => digits.padStart(15, "0"))

/** Down first, the longest outage before the others; then partial, waiting and up. */
const sortListed = (listed: ReadonlyArray<Listed>): ReadonlyArray<Listed> => {
  const keys = new Map(listed.map(({ status }) => [status, naturalKey(status.target.name)]))
  const key = ({ status }: Listed) => keys.get(status) ?? ""
  return listed.toSorted(
    (a, b) =>
      states.indexOf(a.state) - states.indexOf(b.state) ||
      (a.status.outage?.since ?? 0) - (b.status.outage?.since ?? 0) ||
      (key(a) < key(b) ? -1 : 1)
  )
}

/** The state of all targets in one sentence. */
const verdict = (listed: ReadonlyArray<Listed>): string => {
  const total = listed.length
  const of = (state: State) => listed.filter((one) => one.state === state).length
  const [down, partial, waiting] = [of("down"), of("partial"), of("waiting")]
  if (total === 0) return "There are no targets"
  const dropping = partial === 0 ? "" : `, ${number(partial)} ${partial === 1 ? "drops" : "drop"} samples`
  if (down > 0) {
    if (total === 1) return "The one target is down"
    if (down === total) return `All ${number(down)} targets are down`
    return `${number(down)} of ${number(total)} targets ${down === 1 ? "is" : "are"} down${dropping}`
  }
  if (waiting > 0) return `${number(total - waiting)} of ${number(total)} targets polled so far${dropping}`
  if (total === 1) return partial === 1 ? "The one target is up, but drops samples" : "The one target is up"
  return `All ${number(total)} targets are up${dropping}`
}

const hostOf = ({ target: { request } }: TargetStatus) => request.socketPath ?? (request.url.host || "this machine")

/** Why targets are down: "8 × status 503, 4 × status 502, all at api.example.com". */
export const causes = (statuses: ReadonlyArray<TargetStatus>): string => {
  const byCause = Map.groupBy(
    statuses.filter(({ outage }) => outage !== undefined),
    ({ outage }) => (outage === undefined ? "" : causeOf(outage))
  )
  const sorted = [...byCause].toSorted(([, a], [, b]) => b.length - a.length)
  const hosts = new Set(sorted.flatMap(([, failing]) => failing.map(hostOf)))
  const [host] = hosts
  const at = (failing: ReadonlyArray<TargetStatus>) => {
    const own = new Set(failing.map(hostOf))
    const [first] = own
    if (hosts.size === 1) return ""
    return own.size === 1 ? ` at ${first}` : ` at ${count(own.size, "host")}`
  }
  const named = sorted
    .slice(0, maxCauses)
    .map(([cause, failing]) => `${number(failing.length)} × ${cause}${at(failing)}`)
  if (sorted.length > maxCauses) named.push(`and ${count(sorted.length - maxCauses, "other cause")}`)
  const failing = sorted.reduce((sum, [, targets]) => sum + targets.length, 0)
  return named.join(", ") + (hosts.size === 1 ? `${failing > 1 ? ", all" : ""} at ${host}` : "")
}

const notices = ({ daemon, healthProblems, now }: StatusView): ReadonlyArray<Content> => [
  healthProblems.length > 0 &&
    html`<div class="notice"><p><b>poller itself is not healthy.</b></p>${healthProblems.map((text) => html`<p>${text}</p>`)}</div>`,
  !daemon.reload.successful &&
    html`<div class="notice"><p><b>The last reload failed</b>, ${ago(daemon.reload.at, now)}; the configuration before it is in force.</p>${daemon.reload.problems.map((problem) => html`<p>${problem}</p>`)}</div>`,
  daemon.cluster !== undefined && clusterNotices(daemon.cluster, now),
  daemon.sources.map(
    ({ name, problems, lastSuccess }) =>
      problems.length > 0 &&
      html`<div class="notice"><p><b>The targets from ${name} have problems</b>${lastSuccess !== undefined && html`, last read in full ${ago(lastSuccess, now)}`}; its last good list is in force.</p>${problems.slice(0, maxProblems).map((problem) => html`<p>${problem}</p>`)}${problems.length > maxProblems && html`<p>and ${count(problems.length - maxProblems, "more", "more")}</p>`}</div>`
  )
]

const sourceLine = ({ name, targets, attempted, lastSuccess }: SourceStatus, now: number): Html => {
  const read = lastSuccess !== undefined && [", read ", ago(lastSuccess, now)]
  return html`<p class="soft">${count(targets, "target")} from ${name}${attempted ? read : ", which was not read yet"}</p>`
}

/** The next poll of a target with a shorter interval (milliseconds) is not shown. */
const shortInterval = 30_000

const nextPoll = ({ target, nextTick, pause }: TargetStatus, now: number): string => {
  if (pause !== undefined && pause.at > now) return `in ${duration((pause.at - now) / 1000)} (Retry-After)`
  if (nextTick === undefined || Duration.toMillis(target.interval) < shortInterval) return ""
  return nextTick <= now ? "now" : `in ${duration((nextTick - now) / 1000)}`
}

const row = (
  { status, state }: Listed,
  { now, scale, hasNext }: { readonly now: number; readonly scale: number; readonly hasNext: boolean }
): Html => {
  const { target, last, outage, series, history } = status
  const dropped = last === undefined ? 0 : droppedOf(last)
  const options = {
    interval: Duration.toMillis(target.interval),
    scale,
    timeout: Duration.toSeconds(target.request.timeout)
  }
  return html`<tr>
<td class="state ${state}">${state}</td>
<td class="name"><a href="${pathOf(target.name)}">${target.name}</a>${outage !== undefined && html`<span class="why">${reasonText(outage)}</span><span class="since">down since ${time(outage.since, now)} UTC (${duration(Math.max(0, now - outage.since) / 1000)})</span>`}${state === "partial" && html`<span class="why partly">${dropped > 0 ? `${count(dropped, "sample")} dropped` : "samples dropped"}</span>`}</td>
<td class="last">${last !== undefined && html`${ago(last.at, now)}<span class="soft">, ${outage === undefined ? pollText(last) : duration(last.seconds)}</span>`}</td>
<td class="number" data-label="series">${number(series)}</td>
<td class="bars">${sparkline(history, options)}<span class="soft">${measure(history)}</span></td>
${hasNext && html`<td class="soft next" data-label="next poll">${nextPoll(status, now)}</td>`}
</tr>
`
}

/** The page's query with some parameters changed; undefined removes one. */
const queryWith = (query: URLSearchParams, changes: Readonly<Record<string, string | undefined>>): string => {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(name)
    else next.set(name, value)
  }
  const text = next.toString()
  return text === "" ? "/" : `/?${text}`
}

const groupings = {
  host: hostOf,
  mapping: ({ target }: TargetStatus) => target.mappingName ?? "no named mapping"
} as const
type Grouping = keyof typeof groupings
const isGrouping = (text: string | null): text is Grouping => text !== null && Object.hasOwn(groupings, text)

const filters = ({ query, refreshes }: StatusView): Html => {
  const q = query.get("q") ?? ""
  const state = query.get("state") ?? ""
  const group = query.get("group") ?? ""
  const option = (value: string, text: string, chosen: string) =>
    html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`
  return html`<form method="get" action="/" role="search">
<label>Search <input type="search" name="q" value="${q}" placeholder="name, URL or reason"></label>
<label>State <select name="state">${option("", "all", state)}${["down", "partial", "waiting", "up"].map((one) => option(one, one, state))}</select></label>
<label>Group by <select name="group">${option("", "nothing", group)}${option("host", "host", group)}${option("mapping", "mapping", group)}</select></label>
${!refreshes && html`<input type="hidden" name="refresh" value="off">`}<button type="submit">Show</button>
${(q !== "" || state !== "" || group !== "") && html`<a href="/">show all</a>`}
</form>`
}

/** Numbers of pages that get a link: the first, the last, and those around the current one. */
const linkedPages = (page: number, pages: number): ReadonlyArray<number> =>
  [...new Set([1, page - 2, page - 1, page, page + 1, page + 2, pages])]
    .filter((one) => one >= 1 && one <= pages)
    .toSorted((a, b) => a - b)

const pager = (query: URLSearchParams, page: number, pages: number): Content => {
  if (pages === 1) return undefined
  const link = (to: number, text: string) =>
    html`<a href="${queryWith(query, { page: to === 1 ? undefined : String(to) })}">${text}</a>`
  const numbers = linkedPages(page, pages)
  return html`<nav class="pages" aria-label="Pages of targets">${page > 1 && link(page - 1, "previous")}${numbers.map(
    (one, index) => [
      index > 0 && one > (numbers[index - 1] ?? 0) + 1 && html`<span>...</span>`,
      one === page ? html`<b aria-current="page">${one}</b>` : link(one, String(one))
    ]
  )}${page < pages && link(page + 1, "next")}</nav>`
}

const matches = (search: string) => {
  const wanted = search.toLowerCase()
  return ({ status: { target, outage } }: Listed): boolean =>
    wanted === "" ||
    [target.name, shownUrl(target.request), outage?.reason ?? "", outage?.message ?? ""].some((text) =>
      text.toLowerCase().includes(wanted)
    )
}

const table = (rows: ReadonlyArray<Listed>, view: StatusView, caption: string | undefined): Html => {
  const { now } = view
  const scale = Math.max(...rows.map(({ status }) => slowest(status.history)), 0.001)
  const hasNext = rows.some(({ status }) => nextPoll(status, now) !== "")
  return html`<table>
${caption !== undefined && html`<caption>${caption}</caption>`}<thead><tr><th scope="col">State</th><th scope="col">Target</th><th scope="col">Last poll</th><th scope="col" class="number">Series</th><th scope="col">Durations</th>${hasNext && html`<th scope="col">Next poll</th>`}</tr></thead>
<tbody>
${rows.map((one) => row(one, { now, scale, hasNext }))}</tbody>
</table>`
}

/** The groups that the query asks for, the worst first; undefined without a grouping. */
const groupsOf = (listed: ReadonlyArray<Listed>, query: URLSearchParams) => {
  const group = query.get("group")
  if (!isGrouping(group)) return undefined
  const key = groupings[group]
  return [...Map.groupBy(listed, ({ status }) => key(status))]
}

type Groups = NonNullable<ReturnType<typeof groupsOf>>

/** The rows of one page. A caption describes the whole group, which may have rows on other pages. */
const tables = (
  rows: ReadonlyArray<Listed>,
  groups: Groups | undefined,
  view: StatusView
): ReadonlyArray<Html | undefined> => {
  if (rows.length === 0) return []
  if (groups === undefined) return [table(rows, view, undefined)]
  const shown = new Set(rows)
  return groups.map(([name, members]) => {
    const here = members.filter((member) => shown.has(member))
    return here.length === 0 ? undefined : table(here, view, `${name}: ${verdict(members)}`)
  })
}

const isState = (text: string | null): text is State => states.some((state) => state === text)

/** The worst state of some targets; `up` if there are none. */
const worstOf = (statuses: ReadonlyArray<TargetStatus>): State => {
  const found = new Set(statuses.map(stateOf))
  return states.find((state) => found.has(state)) ?? "up"
}

/**
 * The page `/`: whether poller is healthy, which targets are down, since when and why, the last polls and the next
 * ones.
 */
export const statusPage = (view: StatusView): string => {
  const { daemon, statuses, now, query } = view
  const all = statuses.map((status) => ({ status, state: stateOf(status) }))
  const wanted = query.has("down") ? "down" : query.get("state")
  const sorted = sortListed(
    all.filter(({ state }) => !isState(wanted) || state === wanted).filter(matches(query.get("q") ?? ""))
  )
  const groups = groupsOf(sorted, query)
  const listed = groups === undefined ? sorted : groups.flatMap(([, members]) => members)
  const pages = Math.max(1, Math.ceil(listed.length / pageLength))
  const page = Math.min(Math.max(1, Math.floor(Number(query.get("page"))) || 1), pages)
  const rows = listed.slice((page - 1) * pageLength, page * pageLength)
  const sentence = verdict(all)
  const because = causes(statuses)
  return layout(`${sentence} · poller`, worstOf(statuses), queryWith(query, { refresh: undefined }), view, [
    html`<h1>${sentence}</h1>`,
    because !== "" && html`<p class="causes">${because}</p>`,
    notices(view),
    (statuses.length > 5 || [...query.keys()].some((key) => key !== "refresh")) && filters(view),
    listed.length < statuses.length &&
      html`<p class="soft" role="status">${count(listed.length, "target")} of ${number(statuses.length)} shown</p>`,
    tables(rows, groups, view),
    pager(query, page, pages),
    daemon.sources.map((source) => sourceLine(source, now)),
    daemon.cluster !== undefined && clusterSection(daemon.cluster, now, query.get("q") ?? "")
  ])
}
