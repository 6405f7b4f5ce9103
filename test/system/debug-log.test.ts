import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { startDaemon } from "./program.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

test("--log-level debug shows each poll in one line, with redirects and 304, and no secret", async () => {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    if (request.url?.startsWith("/old")) response.writeHead(302, { location: "/new?token=geheim" }).end()
    else if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end()
    else response.writeHead(200, { etag: '"1"' }).end('{"a":1,"b":"word"}')
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const daemon = await startDaemon(["--target", `${url}/old?key=geheim`, "--interval", "500ms", "--log-level", "debug"])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await expect.poll(() => requests, { timeout: 10_000 }).toBeGreaterThanOrEqual(4)
  await daemon.line(/connection=reused/)
  const lines = (await daemon.stop()).stderr.split("\n").filter((line) => line.includes("message=polled"))
  const common = `target=127.0.0.1:\\d+ request="GET ${url}/old\\?\\.\\.\\." redirects="302 ${url}"`
  expect(lines[0]).toMatch(
    new RegExp(
      `level=DEBUG message=polled ${common} status=200 bytes=18 series=1 problems=0 ms=\\d+ connection=(?:new|reused)$`
    )
  )
  expect(lines[1]).toMatch(
    new RegExp(`${common} status=304 bytes=0 series=unchanged problems=0 ms=\\d+ connection=reused$`)
  )
  expect(daemon.stderr).not.toContain("geheim")
})

test("a failed poll has its reason, and a level above debug has no such lines", async () => {
  const failing = await startDaemon(["--target", "http://127.0.0.1:1/", "--log-level", "debug"])
  onTestFinished(() => void failing.child.kill("SIGKILL"))
  await failing.line(
    /message=polled .*request="GET http:\/\/127\.0\.0\.1:1\/" reason=connection error="connect ECONNREFUSED 127\.0\.0\.1:1" status=none bytes=0 ms=\d+ connection=new$/
  )
  const quiet = await startDaemon(["--target", "http://127.0.0.1:1/", "--log-level", "info"])
  onTestFinished(() => void quiet.child.kill("SIGKILL"))
  await quiet.line(/message="target down"/)
  expect((await quiet.stop()).stderr).not.toContain("message=polled")
})

test("the lines name a new session, a new token and the number of requests, also after a reload", async () => {
  await using upstream = await startUpstream((request, response) => {
    const { url, headers } = request
    const send = (document: object) => json(document)(request, response)
    if (url === "/login") return send({ token: "geheim-1" })
    if (url === "/token") return send({ access_token: "geheim-2", token_type: "bearer", expires_in: 3600 })
    if (headers.authorization === undefined) return void response.writeHead(401).end()
    send({ up: 1, next: url === "/pages" ? "/last" : null })
  })
  const secret = join(temporaryFolder(), "secret")
  writeFileSync(secret, "geheim-3\n")
  const file = configuration({
    defaults: { interval: "500ms" },
    logins: {
      array: {
        url: `${upstream.url}/login`,
        take: { token: "$.token" },
        give: { headers: { Authorization: "Bearer {token}" } }
      }
    },
    targets: [
      { name: "session", url: `${upstream.url}/a`, login: "array", metrics: { a_up: { value: "up" } } },
      {
        name: "token",
        url: `${upstream.url}/pages`,
        pages: { next: "$.next" },
        auth: { oauth2: { token_url: `${upstream.url}/token`, client_id: "poller", client_secret_file: secret } },
        metrics: { b_up: { value: "up" } }
      }
    ]
  })
  const daemon = await startDaemon(["--config", file, "--log-level", "debug"])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await daemon.line(/target=session .*\/a" status=200/)
  await daemon.line(/target=token .*\/pages" requests=2 status=200/)
  daemon.child.kill("SIGHUP")
  await daemon.line(/message=reloaded .*changed=0/)
  const lines = (await daemon.stop()).stderr.split("\n").filter((line) => line.includes("message=polled"))
  const of = (target: string) => lines.filter((line) => line.includes(`target=${target} `))
  const [session = "", ...more] = of("session")
  expect(session).toMatch(/ request="GET [^"]*\/a" login=array status=200 bytes=\d+ /)
  const [token = "", ...later] = of("token")
  expect(token).toMatch(/ request="GET [^"]*\/pages" login="the token endpoint" requests=2 status=200 /)
  // both are used again
  expect(later.length).toBeGreaterThan(0)
  expect([...more, ...later].filter((line) => line.includes("login="))).toEqual([])
  expect(daemon.stderr).not.toContain("geheim")
})
