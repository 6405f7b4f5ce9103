import { execFileSync } from "node:child_process"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import { get, type Request } from "../../../src/client/request.ts"
import { compileLogin } from "../../../src/config/login-compiler.ts"
import { curlLine } from "../../../src/serve/pages/curl.ts"

const request = (change: Partial<Request> = {}): Request => ({
  ...get(new URL("https://api.example.com:8443/v1/x?key=hunter2&b=1"), Duration.seconds(5)),
  ...change
})

/** The arguments that a shell passes to curl. `cat` prints the name of its file. */
const argumentsOf = (line: string) =>
  execFileSync("sh", ["-c", `cat() { printf '<%s>' "$1"; }; curl() { printf '%s\\n' "$@"; }; ${line}`], {
    encoding: "utf8"
  })
    .trimEnd()
    .split("\n")

test("the command requests what poller requests, without the values of the query", () => {
  expect(argumentsOf(curlLine(request()))).toEqual([
    "--silent",
    "--show-error",
    "--include",
    "--max-time",
    "5",
    "--location",
    "--header",
    "accept: application/json",
    "https://api.example.com:8443/v1/x?key=...&b=..."
  ])
})

const array = compileLogin(
  "array",
  { url: "https://a.example.com/", take: { token: "$.t" }, give: { headers: { "X-Token": "hunter2{token}" } } },
  (path) => path
)

test.each<[string, Partial<Request>, ReadonlyArray<string>]>([
  ["a token", { auth: { _tag: "Bearer", token: { path: "/run/it's" } } }, ["authorization: Bearer <run-it>"]],
  ["a password", { auth: { _tag: "Basic", username: "al'ice", password: { path: "/p" } } }, ["--user", "al'ice:</p>"]],
  [
    "a password in the configuration",
    { auth: { _tag: "Basic", username: "alice", password: Redacted.make("hunter2") } },
    ["--user", "alice:..."]
  ],
  ["a digest", { auth: { _tag: "Digest", username: "a", password: { path: "/p" } } }, ["--digest", "--user", "a:</p>"]],
  ["headers", { headers: { "X-Key": Redacted.make("hunter2") } }, ["X-Key: ..."]],
  ["headers of files", { headersFrom: { "X-Key": { path: "/k" } } }, ["X-Key: </k>"]],
  ["a body", { method: "POST", body: Redacted.make("hunter2") }, ["--request", "POST", "--data", "..."]],
  [
    "certificates",
    { tls: { caFile: "/ca", certFile: "/c", keyFile: "/k", serverName: undefined, insecureSkipVerify: true } },
    ["--cacert", "/ca", "--cert", "/c", "--key", "/k", "--insecure"]
  ],
  ["a session", { login: { login: array, interval: Duration.seconds(30) } }, ["X-Token: ..."]],
  ["a socket", { socketPath: "/run/x.sock" }, ["--unix-socket", "/run/x.sock"]],
  ["a proxy", { proxy: Redacted.make(new URL("http://u:hunter2@proxy:3128/")) }, ["--proxy", "http://proxy:3128"]]
])("%s", (_what, change, expected) => {
  const line = curlLine(request(change))
  expect(line).not.toContain("hunter2")
  const found = argumentsOf(line).map((argument) => argument.replace("</run/it's>", "<run-it>"))
  for (const argument of expected) expect(found).toContain(argument)
})
