import { text } from "node:stream/consumers"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Faulty, startFaulty } from "../client/faulty.ts"
import { configuration } from "./lasting-config-file.ts"
import { Program } from "./program.ts"

let upstream: Faulty
/** Request lines and bodies, oldest first. */
let asked: Array<{ readonly url: URL; readonly body: string; readonly header: string | undefined }>
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())
beforeEach(() => {
  asked = []
})

const answerAll = (body: string) => (path: string) => {
  upstream.also[path] = async (response, _socket, request) => {
    const url = new URL(request.url ?? "", upstream.url)
    asked.push({ url, body: await text(request), header: request.headers["x-at"]?.toString() })
    response.end(body)
  }
}

const once = (target: object) =>
  new Program(["once", "--config", configuration({ targets: [{ name: "a", metrics: { a_value: "a" }, ...target }] })])
    .ended

describe("times and parameters", () => {
  test("stand in URL, parameters, headers and body, and are of one instant", async () => {
    answerAll('{"a":1}')("x")
    const before = Date.now()
    const { stdout, code } = await once({
      url: `${upstream.url}/x?from={now-5m:ms}&brace={x}`,
      method: "POST",
      params: { to: "{now:ms}", list: ["a b", "c&d"], limit: 5, day: "{now:%Y-%m-%d %H}" },
      headers: { "X-At": "{now:ms}" },
      body: '{"at":{now:ms}}',
      timezone: "Asia/Kolkata"
    })
    expect([code, stdout]).toEqual([0, expect.stringContaining("a_value 1")])
    const [{ url, body, header } = { url: new URL("http://x/"), body: "", header: "" }] = asked
    const to = Number(url.searchParams.get("to"))
    expect(to).toBeGreaterThanOrEqual(before)
    expect(to).toBeLessThanOrEqual(Date.now())
    expect(Number(url.searchParams.get("from"))).toBe(to - 300_000)
    expect([url.searchParams.get("brace"), url.searchParams.get("limit")]).toEqual(["{x}", "5"])
    expect(url.searchParams.getAll("list")).toEqual(["a b", "c&d"])
    const kolkata = new Date(to + 5.5 * 3_600_000).toISOString()
    expect(url.searchParams.get("day")).toBe(kolkata.slice(0, 13).replace("T", " "))
    expect([header, body]).toEqual([String(to), `{"at":${to}}`])
  })

  test("are shown by check as they are now, without other parameters, which may be secret", async () => {
    const target = { name: "a", url: `${upstream.url}/x?key=hunter2&to={now}`, metrics: { a_value: "a" } }
    const { stderr, code } = await new Program(["check", configuration({ targets: [target] })]).ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/a: note: asked now, its URL is http:\/\/127\.0\.0\.1:\d+\/x\?key=\.\.\.&to=\d{10}\n/)
    expect(stderr).not.toContain("hunter2")
  })
})

test("rows run over all pages, and the rest is of the first", async () => {
  upstream.also.list = (response, _socket, request) => {
    const page = Number(new URL(request.url ?? "", upstream.url).searchParams.get("page"))
    const items =
      page > 3
        ? []
        : [
            { id: `n${page}a`, load: page, kind: "x" },
            { id: `n${page}b`, load: page + 0.5, kind: "y" }
          ]
    response.end(JSON.stringify({ cluster: `c${page}`, total: 10 * page, items }))
  }
  const { stdout, stderr } = await once({
    url: `${upstream.url}/list`,
    pages: { param: "page", until_empty: "$.items" },
    metrics: { a_total: { value: "total", type: "counter" } },
    each: [
      { path: "items[*]", labels_from: { node: "id", cluster: "$.cluster" }, metrics: { a_load: "load" } },
      { path: "$.items[?@.kind == 'y']", labels_from: { node: "id" }, metrics: { a_odd: "load" } }
    ]
  })
  expect(stderr).toBe("")
  expect(stdout.split("\n").filter((line) => /^a_/.test(line))).toEqual([
    'a_load{cluster="c1",node="n1a"} 1',
    'a_load{cluster="c1",node="n1b"} 1.5',
    'a_load{cluster="c1",node="n2a"} 2',
    'a_load{cluster="c1",node="n2b"} 2.5',
    'a_load{cluster="c1",node="n3a"} 3',
    'a_load{cluster="c1",node="n3b"} 3.5',
    'a_odd{node="n1b"} 1.5',
    'a_odd{node="n2b"} 2.5',
    'a_odd{node="n3b"} 3.5',
    "a_total 10"
  ])
})
