import * as Duration from "effect/Duration"
import type { Block } from "../../exposition/page.ts"
import type { DaemonStatus } from "../../poll/daemon-status.ts"
import type { PollRecord } from "../../poll/outcome.ts"
import type { Pause, TargetStatus } from "../../poll/target-status.ts"
import { answer, droppedOf, why } from "./answer.ts"
import { type Content, type Html, html } from "./html.ts"
import { layout } from "./layout.ts"
import * as show from "./show.ts"
import { strip } from "./strip.ts"
import { shownUrl, stateOf } from "./target-state.ts"

/** Lines of series on the page; a page of 100,000 helps nobody. */
const maxLines = 200

const lineFeed = 10

const maxProblems = 50

const sentence = (status: TargetStatus, now: number): Content => {
  const { last, outage, lastSuccess } = status
  if (last === undefined) return html`<p>It was not polled yet.</p>`
  if (outage === undefined) return html`<p class="soft">Last polled ${show.ago(last.at, now)}: ${answer(last)}.</p>`
  return [
    html`<div class="notice"><p><b>${why(outage)}</b></p><p class="soft">Since ${show.ago(outage.since, now)}, ${show.count(outage.polls, "poll")} failed.${lastSuccess === undefined ? " There was no good poll yet." : html` The last good one ended ${show.ago(lastSuccess, now)}.`}</p></div>`
  ]
}

const fact = (name: string, value: Content): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`

const reasonOfPause = ({ asked, granted }: Pause): string =>
  `: the server asked for a pause of ${show.duration(asked / 1000)} (Retry-After)${granted < asked ? `, of which it gets ${show.duration(granted / 1000)}` : ""}`

const facts = (status: TargetStatus, now: number): Html => {
  const { target, errors, polls, skipped, series, nextTick, pause } = status
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
  const seconds = (duration: Duration.Duration) => show.duration(Duration.toSeconds(duration))
  return html`<dl>
${fact("URL", shownUrl(target.request.url))}
${fact("Interval", seconds(target.interval))}
${fact("Timeout", seconds(target.request.timeout))}
${fact("Stale after", seconds(target.staleAfter))}
${fact("Next poll", nextTick === undefined ? "" : nextTick <= now ? "now" : `in ${show.duration((nextTick - now) / 1000)}`)}
${pause !== undefined && fact("Paused until", [show.time(pause.at), reasonOfPause(pause)])}
${fact("Series", series.toLocaleString("en-US"))}
${fact("Polls", `${polls.toLocaleString("en-US")}, of which ${failed.toLocaleString("en-US")} failed`)}
${fact("Ticks skipped", skipped.toLocaleString("en-US"))}
</dl>`
}

const pollRow = (poll: PollRecord): Html => {
  const { outcome } = poll
  return outcome._tag === "Failed"
    ? html`<tr><td>${show.time(poll.at)}</td><td class="state down">${outcome.reason}</td><td>${outcome.message}</td><td class="soft">${answer(poll)}</td></tr>\n`
    : html`<tr><td>${show.time(poll.at)}</td><td class="state up">good</td><td>${outcome.series !== undefined && show.count(outcome.series, "series", "series")}${outcome.dropped > 0 && `, ${show.count(outcome.dropped, "problem")}`}</td><td class="soft">${answer(poll)}</td></tr>\n`
}

const pollTable = (title: string, polls: ReadonlyArray<PollRecord>): Content =>
  polls.length > 0 &&
  html`<h2>${title}</h2>
<table><thead><tr><th>Time, UTC</th><th>Outcome</th><th></th><th>Answer</th></tr></thead><tbody>
${polls.toReversed().map(pollRow)}</tbody></table>`

const problems = ({ last, problems: kept }: TargetStatus): Content => {
  if (kept.length === 0) return undefined
  const rows = kept.slice(0, maxProblems)
  const all = last === undefined ? kept.length : Math.max(droppedOf(last), kept.length)
  return html`<h2>Problems of the last good answer</h2>
<table><thead><tr><th>Reason</th><th>Metric</th><th>Path</th><th>Row</th></tr></thead><tbody>
${rows.map(({ reason, metric, path, row }) => html`<tr><td>${reason}</td><td>${metric}</td><td>${path}</td><td>${row}</td></tr>\n`)}</tbody></table>
${all > rows.length && html`<p class="soft">and ${(all - rows.length).toLocaleString("en-US")} more</p>`}`
}

/** The first lines of a block, without a look at the rest of it. */
function* firstLines({ lines }: Block, most: number): Generator<string> {
  for (let begin = 0, count = 0; begin < lines.length && count < most; count++) {
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
<pre>${lines.join("\n")}</pre>
${total > lines.length && html`<p class="soft">and ${(total - lines.length).toLocaleString("en-US")} more on <a href="/metrics">/metrics</a></p>`}`
}

/** The page `/targets/NAME`: what is known of one target, and never what its answers said. */
export const targetPage = (self: DaemonStatus, status: TargetStatus, now: number): string => {
  const { target, history } = status
  const state = stateOf(status)
  return layout(`${target.name} · poller`, self, now, [
    html`<h1>${target.name}</h1>
<p class="state ${state}">${state}</p>`,
    sentence(status, now),
    html`<div class="wide">${strip(history, Duration.toMillis(target.interval))}</div>`,
    facts(status, now),
    problems(status),
    pollTable("Last failures", history.failures()),
    pollTable("Last polls", history.polls()),
    series(status)
  ])
}
