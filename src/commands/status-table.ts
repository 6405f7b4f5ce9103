import { bytes, duration } from "../serve/pages/page-format.ts"
import type { TargetDetails, TargetReport } from "../serve/target-report.ts"

/** Replaces control characters, since text from a response must not move the cursor of a terminal. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ")

const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd()
  )
}

const since = (time: string | null, now: number): string =>
  time === null ? "never" : `${duration(Math.max(0, now - Date.parse(time)) / 1000)} ago`

const reason = ({ outage, last_poll: last }: TargetReport, now: number): string => {
  if (outage !== null) {
    const text = outage.error.startsWith(outage.reason) ? outage.error : `${outage.reason}, ${outage.error}`
    return `${text} (since ${since(outage.since, now).replace(/ ago$/, "")}, ${outage.failed_polls} polls)`
  }
  return last !== null && last.dropped > 0 ? `${last.dropped} samples dropped` : ""
}

const order = ["down", "partial", "waiting", "up"]

/** Formats targets as lines of a table, sorted by state with down first, then by name. */
export const statusTable = (targets: ReadonlyArray<TargetReport>, now: number): ReadonlyArray<string> => {
  const sorted = targets.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name, "en", { numeric: true })
  )
  return columns([
    ["STATE", "TARGET", "LAST POLL", "TOOK", "SERIES", "REASON"],
    ...sorted.map((target) => [
      target.state,
      plain(target.name),
      since(target.last_poll?.at ?? null, now),
      target.last_poll === null ? "" : duration(target.last_poll.seconds),
      String(target.series),
      plain(reason(target, now))
    ])
  ])
}

/** Formats the details of one target, one on each line. */
export const statusDetails = (target: TargetDetails, now: number): ReadonlyArray<string> => {
  const { last_request: request } = target
  const times = Object.entries(request?.times ?? {}).map(([step, at]) => `${step} ${duration(at)}`)
  const facts: ReadonlyArray<readonly [name: string, value: string]> = [
    ["target", target.name],
    ["state", target.state],
    ["reason", reason(target, now)],
    ["url", target.url],
    ["last poll", since(target.last_poll?.at ?? null, now)],
    ["last success", since(target.last_success, now)],
    ["next poll", target.next_poll === null ? "" : target.next_poll],
    ["paused until", target.paused_until ?? ""],
    ["interval", duration(target.interval_seconds)],
    ["timeout", duration(target.timeout_seconds)],
    ["series", String(target.series)],
    ["size", target.last_poll?.bytes == null ? "" : bytes(target.last_poll.bytes)],
    ["mapping", target.mapping ?? ""],
    ["polls", `${target.polls}, ${target.failed_polls} failed, ${target.skipped_ticks} ticks skipped`],
    ["last request", times.join(", ")],
    ...Object.entries(request?.headers ?? {}).map(([name, value]) => [`  ${name}`, value] as const),
    ...target.problems
      .slice(0, 20)
      .map(
        ({ reason, metric, path, row, found }) =>
          ["dropped", `${reason}: ${metric}: ${path} of ${row}, found ${found}`] as const
      ),
    ["curl", target.curl]
  ]
  return columns(facts.filter(([, value]) => value !== "").map(([name, value]) => [name, plain(value)]))
}
