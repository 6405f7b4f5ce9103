import * as Duration from "effect/Duration"
import { describe, expect, test } from "vitest"
import { get } from "../../../src/client/request.ts"
import { noneDropped } from "../../../src/mapping/problems.ts"
import { applyReload, type DaemonStatus, initialDaemonStatus } from "../../../src/poll/daemon-status.ts"
import type { Outcome } from "../../../src/poll/outcome.ts"
import { applyPoll, initialStatus, type TargetStatus } from "../../../src/poll/target-status.ts"
import type { PageContext } from "../../../src/serve/pages/layout.ts"
import { causes, statusPage } from "../../../src/serve/pages/status-page.ts"
import { targetPage } from "../../../src/serve/pages/target-page.ts"
import { aTarget } from "../../poll/polled-target.ts"
import { visibleText } from "./visible-text.ts"

const start = Date.UTC(2026, 0, 1)
const now = start + 3_600_000
const daemon: DaemonStatus = {
  ...initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, start),
  host: "m1",
  configuration: "/etc/poller/poller.yml"
}
const context: PageContext = { daemon, now, uptime: 3600, refreshes: true }

const good: Outcome = {
  _tag: "Good",
  status: 200,
  bytes: 1234,
  result: { blocks: [], series: 3, dropped: noneDropped, problems: [], validators: undefined }
}
const timeout: Outcome = { _tag: "Failed", reason: "timeout", message: "no complete response within 5s" }

/** A target after these polls, 10 s apart. The last one was 10 s ago. */
const after = (name: string, outcomes: ReadonlyArray<Outcome>): TargetStatus =>
  outcomes.reduce(
    (status, outcome, n) => {
      const poll = { at: now - (outcomes.length - n) * 10_000, seconds: 0.25, end: now, outcome }
      status.history.add(poll)
      return applyPoll(status, poll)[0]
    },
    initialStatus(aTarget("a", { name }))
  )

const page = (
  statuses: ReadonlyArray<TargetStatus>,
  change: { query?: string; daemon?: DaemonStatus; healthProblems?: ReadonlyArray<string> } = {}
) =>
  statusPage({
    ...context,
    daemon: change.daemon ?? daemon,
    statuses,
    healthProblems: change.healthProblems ?? [],
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
  ])("has the state of the targets as its heading", (statuses, heading) => {
    expect(page(statuses)).toContain(`<h1>${heading}</h1>`)
  })

  test("lists targets that are down first, with time and reason, the longest outage first", () => {
    const text = visibleText(
      page([after("well", [good]), after("late", [good, timeout]), after("early", [timeout, timeout, timeout])])
    )
    expect(text).toContain("early timeout, no complete response within 5s down since 00:59:30 UTC (30 s)")
    expect(text.indexOf("early")).toBeLessThan(text.indexOf("late"))
    expect(text.indexOf("late")).toBeLessThan(text.indexOf("well"))
  })

  test("has the first ten problems of a source of targets, and when it was last read in full", () => {
    const source = { name: "targets/*.yml", attempted: true, targets: 3, lastSuccess: now - 120_000, problems: [] }
    const well = visibleText(page([after("a", [good])], { daemon: { ...daemon, sources: [source] } }))
    expect(well).not.toContain("have problems")
    expect(well).toContain("3 targets from targets/*.yml, read 2 min ago")
    const problems = Array.from({ length: 12 }, (_, line) => `targets/a.yml:${line + 1}:3: no`)
    const text = visibleText(page([after("a", [good])], { daemon: { ...daemon, sources: [{ ...source, problems }] } }))
    expect(text).toMatch(
      /The targets from targets\/\*\.yml have problems , last read in full 2 min ago .*a\.yml:1:3: no .*a\.yml:10:3: no and 2 more/
    )
  })

  test("shows the problems of poller itself and of a reload before all targets", () => {
    const failed = applyReload(daemon, now - 60_000, ["poller.yml:3:5: targets[0].url: no URL"])
    const text = visibleText(
      page([after("a", [good])], {
        daemon: { ...daemon, ...failed },
        healthProblems: ["the poll loop of a does not tick"]
      })
    )
    expect(text).toMatch(/not healthy.*the poll loop of a does not tick.*reload failed , 1 min ago.*poller\.yml:3:5/)
  })

  test("shows only targets that are down with ?down, and a hundred targets on a page", () => {
    const many = Array.from({ length: 250 }, (_, n) =>
      after(`target-${String(n).padStart(3, "0")}`, [n % 50 === 0 ? timeout : good])
    )
    expect(page(many).match(/<td class="state/g)).toHaveLength(100)
    expect(visibleText(page(many))).toContain("1 2 3 next")
    expect(page(many, { query: "page=3" }).match(/<td class="state/g)).toHaveLength(50)
    expect(page(many, { query: "down" }).match(/<td class="state/g)).toHaveLength(5)
    expect(page(many, { query: "page=nonsense" }).match(/<td class="state/g)).toHaveLength(100)
  })
})

describe("the status page of many targets", () => {
  const at = (name: string, url: string, outcomes: ReadonlyArray<Outcome>, mappingName?: string) => {
    const status = after(name, outcomes)
    const request = { ...status.target.request, url: new URL(url) }
    return { ...status, target: { ...status.target, request, mappingName } }
  }
  const fail = (code: number): Outcome => ({
    _tag: "Failed",
    reason: "status",
    message: `status ${code}`,
    status: code
  })
  const dropping: Outcome = {
    ...good,
    result: { blocks: [], series: 2, dropped: { ...noneDropped, missing: 1 }, problems: [], validators: undefined }
  }
  const names = (text: string) =>
    [...text.matchAll(/<td class="name"><a href="[^"]*">([^<]*)/g)].map(([, name]) => name)

  test("has the causes below the title, and the host if there is only one", () => {
    const host = "http://api.example.com/"
    const down = [...[1, 2, 3].map((n) => at(`a${n}`, host, [fail(503)])), at("b", host, [fail(502)])]
    expect(causes(down)).toBe("3 × status 503, 1 × status 502, all at api.example.com")
    expect(causes([...down, at("c", "http://other/", [timeout])])).toBe(
      "3 × status 503 at api.example.com, 1 × status 502 at api.example.com, 1 × timeout at other"
    )
    expect(causes([at("a", host, [good])])).toBe("")
    expect(causes(Array.from({ length: 8 }, (_, n) => at(`t${n}`, host, [fail(500 + n)])))).toMatch(
      /and 3 other causes/
    )
    const refused = (port: number): Outcome => ({
      _tag: "Failed",
      reason: "connection",
      message: `connect ECONNREFUSED 127.0.0.1:${port}`
    })
    expect(causes([at("a", host, [refused(1)]), at("b", host, [refused(2)])])).toBe(
      "2 × connect ECONNREFUSED, all at api.example.com"
    )
  })

  test("counts targets that drop samples, and lists them after those that are down", () => {
    const statuses = [after("up", [good]), after("part", [dropping]), after("bad", [timeout])]
    expect(page(statuses)).toContain("<h1>1 of 3 targets is down, 1 drops samples</h1>")
    expect(names(page(statuses))).toEqual(["bad", "part", "up"])
    expect(page(statuses.slice(0, 2))).toContain("<h1>All 2 targets are up, 1 drops samples</h1>")
    expect(page([after("part", [dropping])])).toContain("<h1>The one target is up, but drops samples</h1>")
  })

  test("sorts names by their numbers", () => {
    const statuses = ["node-1079", "node-108", "node-9", "db"].map((name) => after(name, [good]))
    expect(names(page(statuses))).toEqual(["db", "node-9", "node-108", "node-1079"])
  })

  test("searches names, URLs and reasons, and keeps the search on further pages", () => {
    const statuses = [
      at("shop", "http://a.example.com/", [good]),
      at("blog", "http://b.example.com/", [fail(503)]),
      ...Array.from({ length: 120 }, (_, n) => after(`node-${n}`, [good]))
    ]
    expect(names(page(statuses, { query: "q=A.EXAMPLE" }))).toEqual(["shop"])
    expect(names(page(statuses, { query: "q=503" }))).toEqual(["blog"])
    expect(names(page(statuses, { query: "state=down" }))).toEqual(["blog"])
    const found = page(statuses, { query: "q=node&refresh=off" })
    expect(visibleText(found)).toContain("120 targets of 122 shown")
    expect(found).toContain('href="/?q=node&amp;refresh=off&amp;page=2"')
    expect(found).toContain('value="node"')
  })

  test("a caption describes the whole group, also if its rows are on several pages", () => {
    const many = Array.from({ length: 250 }, (_, n) => after(`n${n}`, n % 50 === 3 ? [timeout] : [good]))
    const captionsOf = (query: string) =>
      [...page(many, { query }).matchAll(/<caption>(.*?)<\/caption>/g)].map(([, text]) => text)
    const caption = ["no named mapping: 5 of 250 targets are down"]
    expect([captionsOf("group=mapping"), captionsOf("group=mapping&page=3")]).toEqual([caption, caption])
  })

  test("groups by host or by mapping", () => {
    const statuses = [
      at("a", "http://x/", [good], "shop"),
      at("b", "http://y/", [timeout], "shop"),
      at("c", "http://x/", [good])
    ]
    const captions = (query: string) =>
      [...page(statuses, { query }).matchAll(/<caption>([^<]*)/g)].map(([, text]) => text)
    expect(captions("group=host")).toEqual(["y: The one target is down", "x: All 2 targets are up"])
    expect(captions("group=mapping")).toEqual([
      "shop: 1 of 2 targets is down",
      "no named mapping: The one target is up"
    ])
    expect(captions("group=constructor")).toEqual([])
  })

  test("links to the first, the last and the neighbouring pages", () => {
    const many = Array.from({ length: 2000 }, (_, n) => after(`t${n}`, [good]))
    expect(visibleText(page(many, { query: "page=10" }))).toContain("previous 1 ... 8 9 10 11 12 ... 20 next")
    expect(visibleText(page(many))).toContain("1 2 3 ... 20 next")
  })

  test("has host, time and configuration in its header", () => {
    const text = visibleText(page([after("a", [good])]))
    expect(text).toContain("poller on m1")
    expect(text).toContain("As of 2026-01-01 01:00:00 UTC . Configuration /etc/poller/poller.yml read 1 h ago .")
    const shard = { daemon: { ...daemon, shard: { ordinal: 1, total: 3 } } }
    expect(visibleText(page([], shard))).toContain("poller on m1 , shard 1 of 3")
  })

  test("has a red icon when a target is down", () => {
    const colour = (statuses: ReadonlyArray<TargetStatus>) =>
      /rel="icon" href="[^"]*fill%3D&#39;%23(\w+)/.exec(page(statuses))?.[1]
    expect(colour([after("a", [good]), after("b", [timeout])])).toBe("c0362c")
    expect(colour([after("a", [dropping])])).toBe("b7791f")
    expect(colour([after("a", [good])])).toBe("2f7d4f")
  })

  test("has a column for the next poll only for long intervals", () => {
    expect(page([{ ...after("a", [good]), nextTick: now + 5000 }])).not.toContain("Next poll")
    const slow = after("a", [good])
    const hourly = { ...slow, target: aTarget("a", { interval: Duration.hours(1) }), nextTick: now + 60_000 }
    expect(visibleText(page([hourly]))).toContain("in 1 min")
  })

  test("a clock that was set back shows neither a negative age nor a negative uptime", () => {
    const back = { ...context, now: start - 86_400_000, statuses: [after("a", [timeout])], healthProblems: [] }
    const text = visibleText(statusPage({ ...back, query: new URLSearchParams() }))
    expect(text).not.toMatch(/-\d+ (ms|s|min|h|d)\b/)
    expect(text).toContain("up for 1 h")
  })
})

describe("a target's page", () => {
  test("shows its failures with date and age, also those before many successes, and groups equal ones", () => {
    const text = visibleText(targetPage(context, after("a", [timeout, timeout, ...new Array<Outcome>(100).fill(good)])))
    expect(text).toMatch(
      /Last polls and failures before them .* 00:43:00 to 00:43:10 \( 16 min 50 s ago \) failed 2 × timeout, no complete response within 5s/
    )
    const old = { ...context, now: now + 86_400_000 }
    expect(visibleText(targetPage(old, after("a", [timeout])))).toMatch(
      /2026-01-01 00:59:50 \( 1 d ago \) failed timeout/
    )
  })

  test("groups equal failures in a row, and no others", () => {
    const other: Outcome = { _tag: "Failed", reason: "status", message: "status 503", status: 503 }
    const text = visibleText(targetPage(context, after("a", [timeout, timeout, other, timeout])))
    expect(text.match(/failed (?:\d+ × )?(?:timeout|status)/g)).toEqual([
      "failed timeout",
      "failed status",
      "failed 2 × timeout"
    ])
  })

  test("shows the location and the value of each problem", () => {
    const problem = { reason: "not_a_number", metric: "a", path: "x.y", row: "$.items[3]", found: '"many"' } as const
    const status = { ...after("a", [good]), problems: [problem] }
    const text = visibleText(targetPage(context, status))
    expect(text).toContain("1 dropped sample in the last good response")
    expect(text).toContain("not_a_number a x.y $.items[3] &quot;many&quot;")
    expect(text).toMatch(/partial a /)
  })

  test("has the time of the next poll, and why it is not sooner", () => {
    const status = after("a", [good])
    expect(visibleText(targetPage(context, { ...status, nextTick: now + 5000 }))).toContain(
      "Next poll in 5 s: every 10 s"
    )
    expect(visibleText(targetPage(context, { ...status, nextTick: now - 1 }))).toContain(
      "waits for other polls of its host"
    )
    const pause = { until: 0, at: now + 90_000, asked: 7_200_000, granted: 3_600_000 }
    expect(visibleText(targetPage(context, { ...status, pause }))).toContain(
      "Next poll 01:01:30 UTC: the upstream asked for a pause (Retry-After) (it asked for 2 h)"
    )
  })

  test("shows no part of a URL that may hold a secret", () => {
    const target = aTarget("a", {
      request: get(new URL("https://user:hunter2@api.test/v1?key=hunter2"), aTarget("a").request.timeout)
    })
    const text = targetPage(context, initialStatus(target))
    expect(text).toContain("https://api.test/v1?...")
    expect(text).not.toContain("hunter2")
  })
})

test("names and messages do not become markup, on either page", () => {
  const hostile = '"><script>alert(1)</script>'
  const status = after(hostile, [{ ...timeout, message: hostile }])
  for (const markup of [page([status]), targetPage(context, status)]) expect(markup).not.toContain("<script")
})
