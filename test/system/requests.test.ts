import { execFileSync } from "node:child_process"
import { once as listening } from "node:events"
import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { type Faulty, startFaulty } from "../client/faulty.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

const makeEmpty = (path: string): string => {
  writeFileSync(path, "")
  return path
}

let upstream: Faulty
/** The requests of a test, oldest first. */
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
  test("work in URL, parameters, headers and body, and are of one instant", async () => {
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

test("rows come from all pages, and the rest from the first", async () => {
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

test("max_series counts the series of all pages together", async () => {
  upstream.also.list = (response, _socket, request) => {
    const page = Number(new URL(request.url ?? "", upstream.url).searchParams.get("page"))
    const items = page > 4 ? [] : [1, 2, 3].map((number) => ({ id: `${page}-${number}`, load: number }))
    response.end(JSON.stringify({ items }))
  }
  const target = {
    url: `${upstream.url}/list`,
    pages: { param: "page", until_empty: "$.items" },
    metrics: undefined,
    each: [{ path: "items[*]", labels_from: { node: "id" }, metrics: { a_load: "load" } }]
  }
  expect(await once({ ...target, max_series: 12 })).toMatchObject({ code: 0, stderr: "" })
  expect(await once({ ...target, max_series: 11 })).toMatchObject({
    code: 1,
    stderr: "a: too_many_series: the response yields more than max_series 11\n"
  })
})

describe("a session of a daemon", () => {
  let logins: number
  let logouts: number
  let password: string
  beforeEach(() => {
    logins = 0
    logouts = 0
    upstream.also.login = (response) => void response.end(`{"token":"hunter2-${++logins}"}`)
    upstream.also.logout = (response) => {
      logouts++
      response.end()
    }
    upstream.also.api = (response, _socket, { headers }) =>
      void response.writeHead(headers.authorization === `Bearer hunter2-${logins}` ? 200 : 401).end('{"a":1}')
    password = join(temporaryFolder(), "password")
    writeFileSync(password, "swordfish")
  })

  const content = (change: object = {}) => ({
    logins: {
      array: {
        url: `${upstream.url}/login`,
        json: { password: { file: password } },
        take: { token: "$.token" },
        give: { headers: { Authorization: "Bearer {token}" } },
        logout: "/logout",
        ...change
      }
    },
    targets: ["a", "b", "c"].map((name) => ({
      name,
      url: `${upstream.url}/api`,
      login: "array",
      interval: "500ms",
      timeout: "500ms",
      labels: { target: name }
    }))
  })

  const up = async (url: string) => {
    const samples = await scrape(url)
    return ["a", "b", "c"].map((name) => samples.get(`poll_up{target="${name}"}`))
  }

  test("is shared, kept by a reload, replaced by one that changes it, closed at the end, and shown nowhere", async () => {
    const file = configuration(content())
    const daemon = await startDaemon(["--log-level", "debug", "--config", file])
    try {
      await expect.poll(() => up(daemon.url), { timeout: 10_000 }).toEqual([1, 1, 1])
      expect([logins, logouts]).toEqual([1, 0])
      const reloaded = async () => {
        const before = (await scrape(daemon.url)).get("poller_config_last_reload_success_timestamp_seconds")
        daemon.child.kill("SIGHUP")
        const now = async () => (await scrape(daemon.url)).get("poller_config_last_reload_success_timestamp_seconds")
        await expect.poll(now, { timeout: 10_000 }).not.toBe(before)
      }
      const other = content()
      writeFileSync(
        file,
        JSON.stringify({ ...other, targets: other.targets.map((t) => ({ ...t, interval: "600ms" })) })
      )
      await reloaded()
      await expect.poll(() => up(daemon.url), { timeout: 10_000 }).toEqual([1, 1, 1])
      expect([logins, logouts]).toEqual([1, 0])
      writeFileSync(file, JSON.stringify(content({ renew: "1h" })))
      await reloaded()
      await expect.poll(() => [logins, logouts], { timeout: 10_000 }).toEqual([2, 1])
      await expect.poll(() => up(daemon.url), { timeout: 10_000 }).toEqual([1, 1, 1])
      const pages = await Promise.all(
        ["/", "/targets/a", "/metrics", "/api/targets"].map(async (path) => (await fetch(daemon.url + path)).text())
      )
      const { code, took, stderr } = await daemon.stop()
      expect([code, logouts]).toEqual([0, 2])
      expect(took).toBeLessThan(2000)
      expect([...pages, stderr].join("")).not.toMatch(/hunter2|swordfish/)
    } finally {
      daemon.child.kill("SIGKILL")
    }
  })

  test("that cannot be opened fails its targets with reason login, and no others", async () => {
    upstream.also.login = (response) => void response.writeHead(401).end()
    const { targets, ...rest } = content()
    const daemon = await startDaemon([
      "--config",
      configuration({
        ...rest,
        targets: [
          ...targets,
          { name: "d", url: `${upstream.url}/good`, interval: "500ms", timeout: "500ms", labels: { target: "d" } }
        ]
      })
    ])
    try {
      await daemon.line(/"target down" target=a reason=login error="login array: status 401"/)
      await expect.poll(async () => (await scrape(daemon.url)).get('poll_up{target="d"}')).toBe(1)
      const samples = await scrape(daemon.url)
      expect(samples.get('poll_errors_total{reason="login",target="a"}')).toBeGreaterThan(0)
      expect(samples.get('poll_errors_total{reason="login",target="d"}')).toBeUndefined()
      expect(samples.get('poll_errors_total{reason="pages",target="a"}')).toBeUndefined()
    } finally {
      await daemon.stop()
    }
  })
})

describe("a target of this machine", () => {
  test("behind a unix socket, with path, query and authentication", async () => {
    const socket = join(temporaryFolder(), "api.sock")
    const seen: Array<string> = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers.authorization}`)
      response.end('{"a":7}')
    })
    server.listen(socket)
    await listening(server, "listening")
    onTestFinished(() => void server.close())
    const token = join(temporaryFolder(), "token")
    writeFileSync(token, "t")
    const { stdout, code } = await once({
      url: `http+unix://${socket}:/v1.47/info?x=1`,
      params: { y: 2 },
      auth: { bearer_token_file: token }
    })
    expect([code, stdout]).toEqual([0, expect.stringContaining("a_value 7")])
    expect(seen).toEqual(["GET /v1.47/info?x=1&y=2 localhost Bearer t"])
    const look = await new Program(["once", "--target", `http+unix://${socket}:/v1.47/info`]).ended
    expect([look.code, look.stderr, look.stdout]).toEqual([0, "", expect.stringContaining("upstream_a 7\n")])
    const url = `http+unix://${socket}:/v1.47/info`
    const daemon = await startDaemon(["--target", `${url}?key=hunter2`])
    onTestFinished(() => void daemon.child.kill("SIGKILL"))
    const api = await (await fetch(`${daemon.url}/api/targets`)).json()
    expect(api).toMatchObject({ targets: [{ url: `${url}?...` }] })
    const gone = await once({ url: `http+unix://${temporaryFolder()}/none.sock:/` })
    expect([gone.code, gone.stderr]).toEqual([
      1,
      expect.stringMatching(/^a: connection: connect ENOENT \S+none\.sock\n$/)
    ])
  })

  test("in a file, which is read when it changed", async () => {
    const file = join(temporaryFolder(), "stats.json")
    writeFileSync(file, '{"a":1}')
    const look = await new Program(["once", "--target", `file://${file}`]).ended
    expect([look.code, look.stderr, look.stdout]).toEqual([0, "", expect.stringContaining("upstream_a 1\n")])
    const target = { name: "a", url: `file://${file}`, interval: "200ms", timeout: "200ms", metrics: { a_value: "a" } }
    const daemon = await startDaemon(["--config", configuration({ targets: [target] })])
    try {
      const value = async () => (await scrape(daemon.url)).get("a_value")
      await expect.poll(value).toBe(1)
      const bytes = async () => (await scrape(daemon.url)).get('poll_response_bytes{target="a"}')
      await expect.poll(bytes).toBe(0)
      writeFileSync(file, '{"a":22}')
      await expect.poll(value).toBe(22)
      // another file under the same name, of the same length
      const other = join(temporaryFolder(), "other.json")
      writeFileSync(other, '{"a":33}')
      renameSync(other, file)
      await expect.poll(value).toBe(33)
      rmSync(file)
      await daemon.line(/"target down" target=a reason=connection error="cannot read \S+stats\.json: no such file"/)
    } finally {
      await daemon.stop()
    }
  })

  test("that is not a regular file, or too large, fails with one line", async () => {
    const root = temporaryFolder()
    const at = (name: string) => join(root, name)
    execFileSync("mkfifo", [at("fifo")])
    symlinkSync(at("loop"), at("loop"))
    truncateSync(makeEmpty(at("huge")), 10_000_000_000)
    const outcome = async (path: string) =>
      (await once({ url: `file://${path}`, max_body: "1MB" })).stderr.replaceAll(root, "")
    expect(await outcome(at("fifo"))).toBe("a: connection: cannot read /fifo: not a regular file\n")
    expect(await outcome(root)).toBe("a: connection: cannot read : a directory\n")
    expect(await outcome(at("loop"))).toBe("a: connection: cannot read /loop: a loop of symbolic links\n")
    expect(await outcome(at("huge"))).toBe("a: too_large: /huge is longer than max_body, 1000000 bytes\n")
    expect(await outcome("/dev/zero")).toBe("a: connection: cannot read /dev/zero: not a regular file\n")
  })

  test("never comes from a list", async () => {
    const root = temporaryFolder()
    writeFileSync(
      join(root, "list.json"),
      JSON.stringify([{ targets: ["file:///etc/hostname", "http+unix:///run/x.sock:/"] }])
    )
    const file = configuration({ targets: [], targets_from: { files: [join(root, "list.json")], metrics: { b: "b" } } })
    const { stderr } = await new Program(["check", file]).ended
    expect(stderr.match(/expected HOST:PORT or a URL of http or https/g)).toHaveLength(2)
  })
})
