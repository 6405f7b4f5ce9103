import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { fromFlags, fromText } from "../../src/config/configuration.ts"
import { formatPath } from "../../src/config/diagnostics.ts"
import { locateIn } from "../../src/config/secret-files.ts"
import { bodyOf, collect } from "../mapping/collect.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { lines, load, noFlags, testContext } from "./loading.ts"

const targets = (text: string, context = {}) => {
  const loaded = load(text, context)
  expect(lines(loaded.problems)).toEqual([])
  return loaded.targets
}

/** The only target of a configuration with these lines. */
const only = (yaml: string, context = {}) => {
  const [target] = targets(
    `targets:\n  - name: shop\n    url: https://shop.example.com/health\n    metrics: { shop_up: up }\n${yaml}`,
    context
  )
  if (target === undefined) throw new Error("no target")
  return target
}

const series = (target: ReturnType<typeof only>, document: unknown) =>
  collect((samples) => Result.getOrThrow(target.transform([bodyOf(JSON.stringify(document))], samples))).samples.map(
    ({ family, labels, value }) => `${family.name}{${labels.map((label) => label.join("=")).join(",")}} ${value}`
  )

test("by default a target is polled every 30 s with a timeout of 10 s, and keeps its series for 3 intervals", () => {
  const { name, interval, staleAfter, maxSeries, request } = only("")
  expect({ name, interval, staleAfter, maxSeries }).toEqual({
    name: "shop",
    interval: Duration.seconds(30),
    staleAfter: Duration.seconds(90),
    maxSeries: 10_000
  })
  expect(request).toEqual({
    url: new URL("https://shop.example.com/health"),
    method: "GET",
    headers: {},
    headersFrom: {},
    body: undefined,
    acceptStatus: [{ from: 200, to: 299 }],
    followRedirects: true,
    maxBody: 16_000_000,
    timeout: Duration.seconds(10),
    proxy: undefined,
    auth: undefined,
    tls: {
      caFile: undefined,
      certFile: undefined,
      keyFile: undefined,
      serverName: undefined,
      insecureSkipVerify: false
    }
  })
})

test("the default timeout is not longer than the interval", () => {
  expect(only("    interval: 5s").request.timeout).toEqual(Duration.seconds(5))
})

test("a request has all settings of its target", () => {
  const { request } = only(`
    method: POST
    headers: { Accept: application/json }
    headers_from: { X-Api-Key: key }
    body: '{}'
    accept_status: [200-204, 503]
    follow_redirects: false
    max_body: 1KiB
    proxy: http://me:hunter2@proxy.internal:3128
    auth: { oauth2: { token_url: "https://login.example.com/", client_id: me, client_secret_file: secret, scopes: [a, b] } }
    tls: { ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, server_name: api, insecure_skip_verify: true }
`)
  expect(request).toMatchObject({
    method: "POST",
    headersFrom: { "X-Api-Key": { path: "/etc/poller/key" } },
    acceptStatus: [
      { from: 200, to: 204 },
      { from: 503, to: 503 }
    ],
    followRedirects: false,
    maxBody: 1024,
    auth: {
      _tag: "OAuth2",
      tokenUrl: new URL("https://login.example.com/"),
      clientId: "me",
      clientSecret: { path: "/etc/poller/secret" },
      scopes: ["a", "b"]
    },
    tls: {
      caFile: "/etc/poller/ca.pem",
      certFile: "/etc/poller/cert.pem",
      keyFile: "/etc/poller/key.pem",
      serverName: "api",
      insecureSkipVerify: true
    }
  })
  expect(request.headers.Accept && Redacted.value(request.headers.Accept)).toBe("application/json")
  expect(request.body && Redacted.value(request.body)).toBe("{}")
  expect(request.proxy && Redacted.value(request.proxy).username).toBe("me")
})

test.each([
  ["basic: { username: me, password_file: p }", { _tag: "Basic", username: "me", password: { path: "/etc/poller/p" } }],
  ["bearer_token_file: token", { _tag: "Bearer", token: { path: "/etc/poller/token" } }]
])("auth: %s", (auth, expected) => {
  expect(only(`    auth: { ${auth} }`).request.auth).toEqual(expected)
})

test("the user of a URL becomes basic authentication, and is removed from the URL", () => {
  const [target] = targets("targets: [{ name: a, url: 'https://me:p%40ss@a.example.com/x', metrics: { a_up: up } }]")
  expect(target?.request.url.href).toBe("https://a.example.com/x")
  expect(target?.request.auth).toMatchObject({ _tag: "Basic", username: "me" })
  const auth = target?.request.auth
  expect(auth?._tag === "Basic" && Redacted.isRedacted(auth.password) && Redacted.value(auth.password)).toBe("p@ss")
})

test("a printed target shows no secret", () => {
  const target = only(
    `
    headers: { X-Api-Key: "\${KEY}" }
    body: hunter2
    proxy: http://me:hunter2@proxy.internal:3128`,
    { environment: { KEY: "hunter2" } }
  )
  expect(inspect(target, { depth: 20 })).not.toContain("hunter2")
  expect(JSON.stringify(target)).not.toContain("hunter2")
})

test("defaults apply to what a target leaves out; labels and headers are merged", () => {
  const [a, b] = targets(`
defaults: { interval: 1m, labels: { site: ams1, rack: "1" }, headers: { Accept: x, A: y } }
targets:
  - { name: a, url: "https://a.example.com/", metrics: { a_up: up } }
  - { name: b, url: "https://b.example.com/", interval: 2m, labels: { rack: "2" }, headers: { A: z }, metrics: { b_up: up } }
`)
  expect([a?.interval, b?.interval]).toEqual([Duration.minutes(1), Duration.minutes(2)])
  expect(a && series(a, { up: 1 })).toEqual(["a_up{rack=1,site=ams1} 1"])
  expect(b && series(b, { up: 1 })).toEqual(["b_up{rack=2,site=ams1} 1"])
  expect(b && Object.entries(b.request.headers).map(([name, value]) => [name, Redacted.value(value)])).toEqual([
    ["Accept", "x"],
    ["A", "z"]
  ])
})

test("targets share a mapping, each with its own labels", () => {
  const loaded = targets(`
mappings: { node: { metrics: { node_up: up } } }
defaults: {}
targets:
  - { name: a, url: "https://a.example.com/", mapping: node, labels: { site: a } }
  - { name: b, url: "https://b.example.com/", mapping: node, labels: { site: b } }
`)
  expect(loaded.map((target) => series(target, { up: 1 }))).toEqual([["node_up{site=a} 1"], ["node_up{site=b} 1"]])
})

test("a metric's help is written once, and is used for every target that has the metric", () => {
  const loaded = targets(`
mappings: { node: { metrics: { node_up: up } } }
targets:
  - { name: a, url: "https://a.example.com/", mapping: node, labels: { site: a } }
  - { name: b, url: "https://b.example.com/", labels: { site: b }, metrics: { node_up: { value: up, help: Up. } } }
  - { name: c, url: "https://c.example.com/", labels: { site: c }, each: [{ path: $, metrics: { node_up: up } }] }
`)
  const helps = loaded.flatMap(({ transform }) =>
    collect((samples) => Result.getOrThrow(transform([bodyOf('{"up":1}')], samples))).samples.map(
      ({ family }) => family.help
    )
  )
  expect(helps).toEqual(["Up.", "Up.", "Up."])
})

test("without a mapping every number becomes a gauge, with the target's labels", () => {
  const [target] = targets("targets: [{ name: a, url: 'https://a.example.com/', labels: { site: ams1 } }]")
  expect(target && series(target, { queue: { depth: [3] } })).toEqual(["upstream_queue_depth{index=0,site=ams1} 3"])
})

test("anchors and merge keys of YAML work", () => {
  const loaded = targets(`
targets:
  - &shop { name: a, url: "https://a.example.com/", labels: { site: a }, metrics: { shop_up: up } }
  - { <<: *shop, name: b, labels: { site: b } }
`)
  expect(loaded.map(({ name, request }) => [name, request.url.host])).toEqual([
    ["a", "a.example.com"],
    ["b", "a.example.com"]
  ])
})

test("JSON is a configuration as well", () => {
  const text = JSON.stringify(
    { targets: [{ name: "a", url: "https://a.example.com/", metrics: { a_up: "up" } }] },
    null,
    "\t"
  )
  expect(targets(text)).toHaveLength(1)
})

test("a secret file is looked up in the credentials directory first, then beside the configuration", () => {
  const [credentials, beside] = [temporaryFolder(), temporaryFolder()]
  for (const file of [join(credentials, "both"), join(beside, "both"), join(beside, "near")]) writeFileSync(file, "")
  const locate = locateIn(credentials, beside)
  const path = (file: string) => only(`    auth: { bearer_token_file: ${file} }`, { locate }).request.auth
  expect(path("both")).toEqual({ _tag: "Bearer", token: { path: join(credentials, "both") } })
  expect(path("near")).toEqual({ _tag: "Bearer", token: { path: join(beside, "near") } })
  expect(path(join(beside, "both"))).toEqual({ _tag: "Bearer", token: { path: join(beside, "both") } })
})

test("the secret files are those that the configuration names, each with its location", () => {
  const loaded = load(
    `defaults: { tls: { ca_file: ca.pem } }
targets: [{ name: a, url: "https://a.example.com/", metrics: { a_up: up }, auth: { bearer_token_file: /run/token } }]`
  )
  expect(lines(loaded.problems)).toEqual([])
  expect(loaded.secretFiles.map(({ file, path, location }) => [file, location, formatPath(path)])).toEqual([
    ["/run/token", "poller.yml:2:103", "targets[0].auth.bearer_token_file"],
    ["/etc/poller/ca.pem", "poller.yml:1:29", "defaults.tls.ca_file"]
  ])
})

const text = (interval: string, path: string, key: string) => `
defaults: { interval: ${interval} }
mappings: { node: { metrics: { node_up: ${path} } } }
targets:
  - { name: a, url: "https://a.example.com/\${KEY}", mapping: node, labels: { site: a } }
  - { name: b, url: "https://b.example.com/", metrics: { b_up: up } }
# ${key}`

const fingerprints = (interval = "30s", path = "up", key = "k") =>
  targets(text(interval, path, key), { environment: { KEY: key } }).map(({ fingerprint }) => fingerprint())

test("two targets have the same fingerprint if they are polled and transformed in the same way", () => {
  const [a, b] = fingerprints()
  expect(fingerprints()).toEqual([a, b])
  expect(new Set([a, b]).size).toBe(2)
  expect(fingerprints("30s", "open").map((text, index) => text === [a, b][index])).toEqual([false, true])
  expect(fingerprints("60s").map((text, index) => text === [a, b][index])).toEqual([false, false])
  expect(fingerprints("30s", "up", "other").map((text, index) => text === [a, b][index])).toEqual([false, true])
})

test("a setting has the same effect in the target and in defaults", () => {
  const [a] = targets(`
defaults: { interval: 60s, timeout: 5s }
targets: [{ name: a, url: "https://a.example.com/", metrics: { a_up: up } }]`)
  const [b] = targets(`
targets: [{ url: "https://a.example.com/", metrics: { a_up: up }, timeout: 5s, interval: 60s, name: a }]`)
  expect(a?.fingerprint()).toBe(b?.fingerprint())
})

const flags = { interval: Duration.seconds(5), timeout: Duration.seconds(2) }

test("the flags --target, --interval and --timeout make a target", () => {
  const { targets, problems } = fromFlags("https://internal.example.com:8443/api", testContext, flags)
  expect(problems).toEqual([])
  expect(
    targets.map(({ name, interval, request }) => ({ name, interval, timeout: request.timeout, url: request.url.href }))
  ).toEqual([{ name: "internal.example.com:8443", ...flags, url: "https://internal.example.com:8443/api" }])
})

test.each([
  ["internal/api", flags, ["--target: expected a URL that begins with http://, https://, http+unix:// or file://"]],
  [
    "https://internal/api",
    { ...flags, timeout: Duration.seconds(10) },
    ["--timeout: the timeout (10s) is longer than the interval (5s)"]
  ]
])("--target %s has problems", (url, flags, problems) => {
  expect(lines(fromFlags(url, testContext, flags).problems)).toEqual(problems)
})

test("the defaults of a file win over flags", () => {
  const yaml = "targets: [{ name: a, url: 'https://a.example.com/', metrics: { a_up: up } }]"
  const interval = (text: string) => fromText("f", text, testContext, flags).targets[0]?.interval
  expect(interval(yaml)).toEqual(flags.interval)
  expect(interval(`defaults: { interval: 60s }\n${yaml}`)).toEqual(Duration.seconds(60))
  expect(fromText("f", yaml, testContext, noFlags).targets[0]?.interval).toEqual(Duration.seconds(30))
})
