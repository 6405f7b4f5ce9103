import { describe, expect, test } from "vitest"
import { get } from "../../../src/client/request.ts"
import { noneDropped } from "../../../src/mapping/problems.ts"
import { applyReload, initialDaemonStatus } from "../../../src/poll/daemon-status.ts"
import type { Outcome } from "../../../src/poll/outcome.ts"
import { applyPoll, initialStatus, type TargetStatus } from "../../../src/poll/target-status.ts"
import { statusPage } from "../../../src/serve/pages/status-page.ts"
import { targetPage } from "../../../src/serve/pages/target-page.ts"
import { aTarget } from "../../poll/polled-target.ts"

const start = Date.UTC(2026, 0, 1)
const now = start + 3_600_000
const self = initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, start)

const good: Outcome = {
  _tag: "Good",
  status: 200,
  bytes: 1234,
  result: { blocks: [], series: 3, dropped: noneDropped, problems: [], validators: undefined }
}
const timeout: Outcome = { _tag: "Failed", reason: "timeout", message: "no complete response within 5s" }

/** A target after these polls, ten seconds apart; the last was ten seconds ago. */
const after = (name: string, outcomes: ReadonlyArray<Outcome>): TargetStatus =>
  outcomes.reduce(
    (status, outcome, n) => {
      const poll = { at: now - (outcomes.length - n) * 10_000, seconds: 0.25, end: now, outcome }
      status.history.add(poll)
      return applyPoll(status, poll)[0]
    },
    initialStatus(aTarget("a", { name }))
  )

/** What a reader of a page reads: the text without its markup. */
const read = (page: string) =>
  page
    .replace(/<(style|title)>[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")

const page = (
  statuses: ReadonlyArray<TargetStatus>,
  change: { query?: string; self?: typeof self; ailments?: ReadonlyArray<string> } = {}
) =>
  statusPage({
    self: change.self ?? self,
    statuses,
    ailments: change.ailments ?? [],
    now,
    query: new URLSearchParams(change.query)
  })

describe("the status page", () => {
  test.each([
    [[], "There are no targets"],
    [[after("a", [good])], "The one target is up"],
    [[after("a", [good]), after("b", [good])], "All 2 targets are up"],
    [[after("a", [good]), after("b", [timeout])], "1 of 2 targets is down"],
    [[after("a", [timeout])], "The one target is down"],
    [[after("a", [timeout]), after("b", [timeout])], "All 2 targets are down"],
    [[after("a", [good]), after("b", [])], "1 of 2 targets polled so far"]
  ])("says first how the targets are", (statuses, verdict) => {
    expect(page(statuses)).toContain(`<h1>${verdict}</h1>`)
  })

  test("lists what is down first, since when and why, the longest outage before the others", () => {
    const text = read(
      page([after("well", [good]), after("late", [good, timeout]), after("early", [timeout, timeout, timeout])])
    )
    expect(text).toContain("early since 30 s ago : timeout, no complete response within 5s")
    expect(text.indexOf("early")).toBeLessThan(text.indexOf("late"))
    expect(text.indexOf("late")).toBeLessThan(text.indexOf("well"))
  })

  test("says what is wrong with a source of targets, and when it was last read in full; of much, the beginning", () => {
    const source = { name: "targets/*.yml", attempted: true, targets: 3, lastSuccess: now - 120_000, problems: [] }
    const well = read(page([after("a", [good])], { self: { ...self, sources: [source] } }))
    expect(well).not.toContain("Not all is well")
    expect(well).toContain("3 targets from targets/*.yml, read 2 min ago")
    const problems = Array.from({ length: 12 }, (_, line) => `targets/a.yml:${line + 1}:3: no`)
    const text = read(page([after("a", [good])], { self: { ...self, sources: [{ ...source, problems }] } }))
    expect(text).toMatch(
      /the targets from targets\/\*\.yml , last read in full 2 min ago .*a\.yml:1:3: no .*a\.yml:10:3: no and 2 more/
    )
  })

  test("says before all targets that poller itself is not well, and that a reload failed", () => {
    const failed = applyReload(self, now - 60_000, ["poller.yml:3:5: targets[0].url: no URL"])
    const text = read(page([after("a", [good])], { self: failed, ailments: ["the poll loop of a does not tick"] }))
    expect(text).toMatch(/not well.*the poll loop of a does not tick.*reload failed , 1 min ago.*poller\.yml:3:5/)
  })

  test("shows only what is down with ?down, and a hundred targets a page", () => {
    const many = Array.from({ length: 250 }, (_, n) =>
      after(`target-${String(n).padStart(3, "0")}`, [n % 50 === 0 ? timeout : good])
    )
    expect(page(many).match(/<td class="state/g)).toHaveLength(100)
    expect(read(page(many))).toContain("page 1 of 3 next")
    expect(page(many, { query: "page=3" }).match(/<td class="state/g)).toHaveLength(50)
    expect(page(many, { query: "down" }).match(/<td class="state/g)).toHaveLength(5)
    expect(page(many, { query: "page=nonsense" })).toBe(page(many))
  })
})

describe("a target's page", () => {
  test("shows its failures, also those that many successes came after", () => {
    const text = read(targetPage(self, after("a", [timeout, ...new Array<Outcome>(100).fill(good)]), now))
    expect(text).toMatch(/Last failures .* timeout no complete response within 5s/)
  })

  test("shows problems by their place in the answer, never what stood there", () => {
    const problem = { reason: "not_a_number", metric: "a", path: "x.y", row: "$.items[3]", found: "hunter2" } as const
    const status = { ...after("a", [good]), problems: [problem] }
    const text = read(targetPage(self, status, now))
    expect(text).toContain("not_a_number a x.y $.items[3]")
    expect(text).not.toContain("hunter2")
  })

  test("shows no part of a URL that may hold a secret", () => {
    const target = aTarget("a", {
      request: get(new URL("https://user:hunter2@api.test/v1?key=hunter2"), aTarget("a").request.timeout)
    })
    const text = targetPage(self, initialStatus(target), now)
    expect(text).toContain("https://api.test/v1?…")
    expect(text).not.toContain("hunter2")
  })
})

test("names and messages cannot become markup, on either page", () => {
  const hostile = '"><script>alert(1)</script>'
  const status = after(hostile, [{ ...timeout, message: hostile }])
  for (const markup of [page([status]), targetPage(self, status, now)]) expect(markup).not.toContain("<script")
})
