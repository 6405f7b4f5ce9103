import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { timeProblem, timeTemplate, urlTemplate } from "../../src/client/time-template.ts"

const now = Date.parse("2026-03-29T00:30:05.250Z")

describe("a time in a text", () => {
  test.each<[string, string]>([
    ["{now}", "1774744205"],
    ["{now:s}", "1774744205"],
    ["{now:ms}", "1774744205250"],
    ["{now-5m:ms}", "1774743905250"],
    ["{now+1h30m}", "1774749605"],
    ["{now-1.5s:ms}", "1774744203750"],
    ["{now-1d:date}", "2026-03-28"],
    ["{now:rfc3339}", "2026-03-29T00:30:05Z"],
    ["{now:%Y-%m-%d %H:%M:%S}", "2026-03-29 00:30:05"],
    ["{now:%a %b %e %I:%M %p %j %L %z %%}", "Sun Mar 29 12:30 AM 088 250 +0000 %"],
    ['{"from":{now-1m},"to":{now}}', '{"from":1774744145,"to":1774744205}']
  ])("%s", (text, expected) => {
    expect(timeProblem(text)).toBeUndefined()
    expect(timeTemplate(text, "UTC")?.render(now)).toBe(expected)
  })

  test("is in the time zone of the target, also on the day of a clock change", () => {
    const render = (text: string, at: number) => timeTemplate(text, "Europe/Berlin")?.render(at)
    expect(render("{now:rfc3339}", now)).toBe("2026-03-29T01:30:05+01:00")
    expect(render("{now+30m:rfc3339}", now)).toBe("2026-03-29T03:00:05+02:00")
    expect(render("{now:%F %T %z}", now)).toBe("2026-03-29 01:30:05 +0100")
    expect(render("{now-1h:date}", Date.parse("2026-03-29T23:30:00Z"))).toBe("2026-03-30")
  })

  test.each(["{nowhere}", "{now", "{ now }", "now", "{}", '{"now":1}', "{{now}"])(
    "other braces stay as they are: %s",
    (text) => {
      const rendered = timeTemplate(text, "UTC")?.render(now) ?? text
      expect(rendered.replace("1774744205", "{now}")).toBe(text)
    }
  )

  test.each<[string, RegExp]>([
    ["{now-5}", /^\{now-5\}: expected a time such as/],
    ["{now+x}", /expected a time such as/],
    ["{now+99999999999999h:rfc3339}", /expected at most 36500d/],
    ["{now-36501d}", /expected at most 36500d/],
    ["{now:iso}", /expected s, ms, rfc3339, date or a layout/],
    ["{now:%Q}", /expected s, ms, rfc3339, date or a layout/],
    ["{now:}", /expected s, ms/],
    ["a {now-5m", /^\{now without a \}$/]
  ])("%s is a problem", (text, problem) => expect(timeProblem(text)).toMatch(problem))
})

describe("a time in a URL", () => {
  test.each<[string, string]>([
    ["https://a.test/q?from={now-1h}&to={now}", "https://a.test/q?from=1774740605&to=1774744205"],
    ["https://a.test/{now:date}/x", "https://a.test/2026-03-29/x"],
    ["https://a.test/{now:%Y/%m/%d}", "https://a.test/2026/03/29"],
    ["https://a.test/q?at={now:%Y-%m-%d %H:%M:%S}", "https://a.test/q?at=2026-03-29%2000:30:05"],
    ["https://a.test/q?a={b}&t={now:ms}&c=%7Bd%7D", "https://a.test/q?a={b}&t=1774744205250&c=%7Bd%7D"]
  ])("%s", (href, expected) => expect(urlTemplate(new URL(href), "UTC")?.render(now)).toBe(expected))

  test("with a + in its offset is percent-encoded", () => {
    expect(urlTemplate(new URL("https://a.test/?t={now:rfc3339}"), "Asia/Kolkata")?.render(now)).toBe(
      "https://a.test/?t=2026-03-29T06:00:05%2B05:30"
    )
  })

  test("is not found in other braces: there is no template", () => {
    expect(urlTemplate(new URL("https://a.test/{x}?y={z}"), "UTC")).toBeUndefined()
  })
})

test("windows have no gap: the end of one is the start of the next", () => {
  const [from, to] = [timeTemplate("{now-1m}", "UTC"), timeTemplate("{now}", "UTC")]
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (at) => {
      expect(from?.render(at + 60_000)).toBe(to?.render(at))
    })
  )
})

test("never throws, whatever the text", () => {
  const braces = fc.array(fc.constantFrom("{now", "}", ":", "-", "+", "5m", "%", "Y", "%Y", "{", " ", "x"), {
    maxLength: 20
  })
  fc.assert(
    fc.property(braces, (parts) => {
      const text = parts.join("")
      timeProblem(text)
      timeTemplate(text, "UTC")?.render(now)
    })
  )
})
