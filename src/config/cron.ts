import * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"

/**
 * Parses the five fields of crontab(5) in a time zone. When clocks are set back, one hour occurs twice: a schedule of
 * fixed hours fires once, and an hourly schedule (`*` in the hour field) fires in both. When clocks skip a time, the
 * schedule fires later by the skipped amount.
 */
export const parseCron = (text: string, timezone = "UTC"): Result.Result<Cron.Cron, string> => {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5) return Result.fail("five fields: minute, hour, day of the month, month, day of the week")
  const parsed = Cron.parse(text, timezone, { onDstOverlap: fields[1]?.startsWith("*") ? "both" : "earlier" })
  if (Result.isFailure(parsed)) return Result.fail("a schedule of crontab(5), such as 0 6 * * MON-FRI")
  try {
    Cron.next(parsed.success, reference)
    return Result.succeed(parsed.success)
  } catch {
    return Result.fail("a schedule with a date that exists")
  }
}

/**
 * Gaps are measured from this fixed time, so that they do not depend on the current day. 2024 is a leap year.
 */
const reference = new Date("2024-01-01T00:00:00Z")

/** Number of gaps measured: a year of a daily schedule, with both changes of the clock. */
const timesMeasured = 370

/** The longest time between two times of a schedule. */
export const longestGap = (cron: Cron.Cron): Duration.Duration => {
  let longest = 0
  let last = Cron.next(cron, reference)
  const end = reference.getTime() + Duration.toMillis(Duration.days(400))
  for (let n = 0; n < timesMeasured && (n === 0 || last.getTime() < end); n++) {
    const next = Cron.next(cron, last)
    longest = Math.max(longest, next.getTime() - last.getTime())
    last = next
  }
  return Duration.millis(longest)
}
