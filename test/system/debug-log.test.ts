import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { startDaemon } from "./program.ts"

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
