import * as Duration from "effect/Duration"
import type { RequestTrace } from "../../client/request-trace.ts"
import { shownUrl } from "../../client/shown-url.ts"
import type { Block } from "../../exposition/page.ts"
import type { PollRecord } from "../../poll/outcome.ts"
import type { TargetStatus } from "../../poll/target-status.ts"
import { curlLine } from "./curl.ts"
import { type Content, type Html, html } from "./html.ts"
import { layout, type PageContext } from "./layout.ts"
import { ago, bytes, count, duration, number, time } from "./page-format.ts"
import { droppedOf, pollText, reasonText } from "./poll-text.ts"
import { axis, measure, slowest, sparkline } from "./sparkline.ts"
import { pathOf, stateOf } from "./target-state.ts"

/** Limits of the lines of series and of the dropped samples on the page. */
const maxLines = 200
const maxProblems = 50

const lineFeed = 10

const summary = (status: TargetStatus, now: number): Content => {
  const { last, outage, lastSuccess } = status
  if (last === undefined) return html`<p>It was not polled yet.</p>`
  if (outage !== undefined) {
    const lasts = duration(Math.max(0, now - outage.since) / 1000)
    return html`<div class="notice"><p><b>${reasonText(outage)}</b></p><p>Down since ${time(outage.since, now)} UTC (${lasts}), ${count(outage.polls, "poll")} failed. ${lastSuccess === undefined ? "There was no good poll yet." : html`The last good one ended ${ago(lastSuccess, now)}.`}</p></div>`
  }
  const dropped = droppedOf(last)
  return html`<p>Last polled ${ago(last.at, now)}: ${pollText(last)}${dropped > 0 && `, ${count(dropped, "sample")} dropped`}.</p>`
}

const fact = (name: string, value: Content): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`

/** When the target is polled next, and why not sooner. */
const nextPoll = ({ nextTick, pause, target }: TargetStatus, now: number): Content => {
  if (pause !== undefined && pause.at > now) {
    const shortened = pause.granted < pause.asked && ` (it asked for ${duration(pause.asked / 1000)})`
    return html`${time(pause.at, now)} UTC: the upstream asked for a pause (Retry-After)${shortened}`
  }
  if (nextTick === undefined) return "when the daemon has started it"
  const every = duration(Duration.toSeconds(target.interval))
  if (nextTick > now) return `in ${duration((nextTick - now) / 1000)}: every ${every}`
  return "now: it is being polled, or waits for other polls of its host"
}

const facts = (status: TargetStatus, now: number): Html => {
  const { target, errors, polls, skipped, series } = status
  const failed = Object.values(errors).reduce<number>((sum, errors) => sum + (errors ?? 0), 0)
  const seconds = (length: Duration.Duration) => duration(Duration.toSeconds(length))
  const good = status.history.polls().findLast(({ outcome }) => outcome._tag === "Good")?.outcome
  return html`<dl>
${fact("Next poll", nextPoll(status, now))}
${fact("Interval", seconds(target.interval))}
${fact("Timeout", seconds(target.request.timeout))}
${fact("Series stay", `${seconds(target.staleAfter)} after the last good poll`)}
${fact("Series now", number(series))}
${good?._tag === "Good" && fact("Last good response", `${good.series === undefined ? "not modified" : `${bytes(good.bytes)}, ${count(good.series, "series", "series")}`}`)}
${fact("Mapping", target.mappingName ?? (target.spec.mapping === undefined ? "none: every number becomes a series" : "its own"))}
${fact("Polls", `${number(polls)}, ${failed === 0 ? "none" : failed === polls ? "all" : number(failed)} failed`)}
${fact("Skipped ticks", number(skipped))}
</dl>`
}

const steps = [
  ["lookup", "name"],
  ["connect", "connect"],
  ["tls", "TLS"],
  ["firstByte", "first byte"],
  ["end", "body"]
] as const

/** The duration of each step of a request that was reached. */
const timing = ({ times }: RequestTrace): ReadonlyArray<readonly [step: string, seconds: number]> => {
  let before = 0
  return steps.flatMap(([key, name]) => {
    const at = times[key]
    if (at === undefined) return []
    const took = Math.max(0, at - before)
    before = at
    return [[name, took / 1000] as const]
  })
}

const lastRequest = ({ trace, target }: TargetStatus): Content => {
  const url = shownUrl(target.request)
  const parts = trace === undefined ? [] : timing(trace)
  const total = parts.reduce((sum, [, seconds]) => sum + seconds, 0)
  return html`<h2>Request</h2>
<p class="url">${/^https?:/.test(url) ? html`<a href="${url}" rel="noreferrer">${url}</a>` : url}</p>
<pre tabindex="0">${curlLine(target.request)}</pre>
${
  trace !== undefined &&
  html`<dl>
${trace.status !== undefined && fact("Last response", `status ${trace.status}`)}
${trace.address !== undefined && fact("Address", trace.address)}
${fact("Connection", trace.reused ? "kept from an earlier poll" : "new")}
${Object.entries(trace.headers).map(([name, value]) => fact(name, value))}
</dl>
${
  parts.length > 0 &&
  html`<table class="timing"><caption>Time of the last request: ${duration(total)}</caption><thead><tr><th scope="col">Step</th><th scope="col" class="number">Took</th></tr></thead><tbody>${parts.map(([name, seconds]) => html`<tr><td>${name}</td><td class="number">${duration(seconds)}</td></tr>`)}</tbody></table>`
}`
}`
}

interface Run {
  readonly first: PollRecord
  readonly last: PollRecord
  readonly length: number
}

const isSame = (a: PollRecord, b: PollRecord): boolean =>
  a.outcome._tag === "Failed" &&
  b.outcome._tag === "Failed" &&
  a.outcome.reason === b.outcome.reason &&
  a.outcome.message === b.outcome.message

/** Consecutive polls that failed in the same way, as one. Oldest first. */
const folded = (polls: ReadonlyArray<PollRecord>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const poll of polls) {
    const run = runs.at(-1)
    if (run !== undefined && isSame(run.last, poll))
      runs[runs.length - 1] = { ...run, last: poll, length: run.length + 1 }
    else runs.push({ first: poll, last: poll, length: 1 })
  }
  return runs
}

const pollRow = ({ first, last, length }: Run, now: number): Html => {
  const { outcome } = last
  const when =
    length === 1
      ? html`${time(last.at, now)}<span class="soft"> (${ago(last.at, now)})</span>`
      : html`${time(first.at, now)} to ${time(last.at, now)}<span class="soft"> (${ago(last.at, now)})</span>`
  if (outcome._tag === "Failed") {
    const text = `${length > 1 ? `${length} × ` : ""}${reasonText(outcome)}`
    return html`<tr><td class="last">${when}</td><td class="state down">failed</td><td>${text}</td><td class="soft number">${duration(last.seconds)}</td></tr>\n`
  }
  const result =
    outcome.series === undefined
      ? "not modified"
      : `${count(outcome.series, "series", "series")}, ${bytes(outcome.bytes)}`
  const dropped = outcome.dropped > 0 && `, ${count(outcome.dropped, "sample")} dropped`
  return html`<tr><td class="last">${when}</td><td class="state ${outcome.dropped > 0 ? "partial" : "up"}">good</td><td>${result}${dropped}${outcome.status !== 200 && outcome.status !== 304 && `, status ${outcome.status}`}</td><td class="soft number">${duration(last.seconds)}</td></tr>\n`
}

/** The last polls, and failures that are older. */
const polls = ({ history }: TargetStatus, now: number): Content => {
  const recent = history.polls()
  const since = recent[0]?.at ?? 0
  const older = history.failures().filter(({ at }) => at < since)
  const all = [...folded(older), ...folded(recent)]
  if (all.length === 0) return undefined
  return html`<h2>Last polls${older.length > 0 && " and failures before them"}</h2>
<table><thead><tr><th scope="col">Time, UTC</th><th scope="col">Outcome</th><th scope="col">Result</th><th scope="col" class="number">Took</th></tr></thead><tbody>
${all.toReversed().map((run) => pollRow(run, now))}</tbody></table>`
}

const problems = ({ last, problems: kept }: TargetStatus): Content => {
  if (kept.length === 0) return undefined
  const rows = kept.slice(0, maxProblems)
  const all = last === undefined ? kept.length : Math.max(droppedOf(last), kept.length)
  return html`<h2>${count(all, "dropped sample")} in the last good response</h2>
<table><thead><tr><th scope="col">Reason</th><th scope="col">Metric</th><th scope="col">Path</th><th scope="col">Row</th><th scope="col">Found</th></tr></thead><tbody>
${rows.map(({ reason, metric, path, row, found }) => html`<tr><td class="state partial">${reason}</td><td>${metric}</td><td><code>${path}</code></td><td><code>${row}</code></td><td><code>${found}</code></td></tr>\n`)}</tbody></table>
${all > rows.length && html`<p class="soft">and ${number(all - rows.length)} more</p>`}`
}

/** The first lines of a block. The rest is not read. */
function* firstLines({ lines }: Block, most: number): Generator<string> {
  for (let begin = 0, number = 0; begin < lines.length && number < most; number++) {
    const end = lines.indexOf(lineFeed, begin)
    yield Buffer.from(lines.subarray(begin, end)).toString("utf8")
    begin = end + 1
  }
}

const series = ({ blocks, series: total }: TargetStatus): Content => {
  const lines: Array<string> = []
  for (const block of blocks) lines.push(...firstLines(block, maxLines - lines.length))
  if (lines.length === 0) return undefined
  return html`<h2>Series</h2>
<pre tabindex="0">${lines.join("\n")}</pre>
${total > lines.length && html`<p class="soft">and ${number(total - lines.length)} more on <a href="/metrics">/metrics</a></p>`}`
}

/** The page `/targets/NAME`, with everything about one target. */
export const targetPage = (context: PageContext, status: TargetStatus): string => {
  const { now } = context
  const { target, history } = status
  const state = stateOf(status)
  const interval = Duration.toMillis(target.interval)
  const timeout = Duration.toSeconds(target.request.timeout)
  const longest = slowest(history)
  // a timeout far above all polls would make the bars too low to read
  const scale = longest > timeout / 10 ? timeout : Math.max(longest, 0.001)
  return layout(`${target.name} is ${state} · poller`, state, pathOf(target.name), context, [
    html`<p class="back"><a href="/">all targets</a></p>
<h1><span class="state ${state}">${state}</span> ${target.name}</h1>`,
    summary(status, now),
    html`<figure class="wide">${sparkline(history, { interval, scale, timeout })}${axis(history, interval, now)}<figcaption class="soft">Durations of the last polls: ${measure(history) || "no good poll"}, timeout ${duration(timeout)}${scale === timeout ? " (dashed)" : ""}</figcaption></figure>`,
    facts(status, now),
    problems(status),
    lastRequest(status),
    polls(status, now),
    series(status)
  ])
}
