import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { parseWebFile } from "../../../src/serve/web-config/web-file.ts"
import { codeBlocks } from "../../code-blocks.ts"

const problems = (text: string) => Result.getOrElse(Result.flip(parseWebFile("web.yml", text)), () => [])

test("accepts what exporters accept", () => {
  const text = `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example.com]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519]
http_server_config:
  http2: true
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users:
  alice: $2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi
`
  expect(problems(text)).toEqual([])
})

test("accepts the example of the documentation", () => {
  const [example = ""] = codeBlocks(readFileSync("docs/web-config.md", "utf8"), "yaml")
  expect(example).toContain("tls_server_config")
  expect(problems(example)).toEqual([])
})

const files = "cert_file: a, key_file: b"

const hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"

/** As in the exporter-toolkit's code (web/tls_config.go, web/handler.go) and golang.org/x/crypto/bcrypt. */
test.each([
  ["empty sections", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n", {}],
  ["no TLS", "tls_server_config: {}", { tls: undefined }],
  ["a version alone, which is no TLS", "tls_server_config: { min_version: TLS13 }", { tls: undefined }],
  ["names alone, which is no TLS", "tls_server_config: { client_allowed_sans: [x] }", { tls: undefined }],
  ["blank keys", 'tls_server_config: { cert_file: "", key_file: "", client_auth_type: "" }', { tls: undefined }],
  ["no users, no password", "basic_auth_users: {}", { users: undefined }],
  [
    "a hash of PHP",
    `basic_auth_users: { alice: ${hash.replace("$2y", "$2x")} }`,
    { users: { alice: hash.replace("$2y", "$2x") } }
  ],
  ["a hash without a letter", `basic_auth_users: { alice: ${hash.replace("$2y", "$2")}x }`, {}],
  [
    "a header that looks like a number",
    "http_server_config: { headers: { X-XSS-Protection: 1 } }",
    { headers: { "x-xss-protection": "1" } }
  ],
  [
    "a header that looks like a boolean",
    "http_server_config: { headers: { X-XSS-Protection: yes } }",
    { headers: { "x-xss-protection": "yes" } }
  ],
  ["a blank header, which is not sent", 'http_server_config: { headers: { "x-xss-protection": "" } }', { headers: {} }],
  [
    "a header beyond Latin-1, as UTF-8",
    'http_server_config: { headers: { Content-Security-Policy: "a \u2192 b" } }',
    { headers: { "content-security-policy": "a \u00e2\u0086\u0092 b" } }
  ],
  [
    "a header of two lines, as one",
    'http_server_config: { headers: { Content-Security-Policy: "a\\nb" } }',
    { headers: { "content-security-policy": "a b" } }
  ],
  ["booleans of YAML 1.1", "http_server_config: { http2: off }", {}],
  ["a rate limit", "rate_limit: { interval: 1.5s, burst: 3 }", { rateLimit: { interval: 1500, burst: 3 } }],
  [
    "a rate limit in nanoseconds",
    "rate_limit: { interval: 2000000, burst: 1 }",
    { rateLimit: { interval: 2, burst: 1 } }
  ],
  [
    "a rate limit of parts",
    "rate_limit: { interval: 1m0.5s, burst: 1 }",
    { rateLimit: { interval: 60_500, burst: 1 } }
  ],
  [
    "numbers as Go reads them",
    "rate_limit: { interval: 0x1E_8480, burst: 017 }",
    { rateLimit: { interval: 2, burst: 15 } }
  ],
  [
    "a number with a fraction, which is cut off",
    "rate_limit: { interval: 1s, burst: 1.9e1 }",
    { rateLimit: { burst: 19 } }
  ],
  ["a duration in quotes", 'rate_limit: { interval: "1s" }', { rateLimit: { interval: 1000 } }],
  [
    "null values as Go spells them",
    "rate_limit: { interval: NULL, burst: Null }\ntls_server_config: ~\n",
    { tls: undefined }
  ],
  [
    "a quoted ~, which is a text",
    'http_server_config: { headers: { X-XSS-Protection: "~" } }',
    { headers: { "x-xss-protection": "~" } }
  ],
  ["no rate limit", "rate_limit: { interval: 0, burst: 1 }", { rateLimit: undefined }],
  ["a negative rate limit", "rate_limit: { interval: -1s, burst: 1 }", { rateLimit: undefined }]
])("accepts what the exporter-toolkit accepts: %s", (_what, text, meaning) => {
  const parsed = parseWebFile("web.yml", text)
  expect(problems(text)).toEqual([])
  expect(Result.getOrThrow(parsed)).toMatchObject(meaning)
})

test.each([
  ["RequireClientCert, an old name", `client_auth_type: RequireClientCert`, { clientAuth: "require" }],
  ["names without a required certificate", "client_allowed_sans: [x]", { allowedSans: ["x"], clientAuth: "none" }],
  [
    "an empty list of names, which allows none",
    "client_allowed_sans: [], client_auth_type: RequireAnyClientCert",
    { allowedSans: [] }
  ],
  [
    "an inline authority",
    "client_ca: c, client_auth_type: RequireAndVerifyClientCert",
    { clientCa: "c", clientAuth: "verify" }
  ],
  ["a file before a text", "cert: x, key: y", { cert: { file: "a" }, key: { file: "b" } }],
  ["no curves, which is the default", "curve_preferences: []", { curves: [] }],
  ["no suites, which is the default", "cipher_suites: []", { cipherSuites: [] }],
  ["old versions", "min_version: TLS10, max_version: TLS11", { minVersion: "TLS10", maxVersion: "TLS11" }]
])("accepts what the exporter-toolkit accepts for TLS: %s", (_what, keys, meaning) => {
  const text = `tls_server_config: { ${files}, ${keys} }`
  expect(problems(text)).toEqual([])
  expect(Result.getOrThrow(parseWebFile("web.yml", text)).tls).toMatchObject(meaning)
})

test("accepts certificate and key in the file", () => {
  const parsed = parseWebFile("web.yml", "tls_server_config:\n  cert: |\n    C\n  key: |\n    K\n")
  expect(Result.getOrThrow(parsed).tls).toMatchObject({ cert: "C\n", key: "K\n", clientCa: undefined })
})

test.each([
  ["tls_server_config: { cert_file: a }", "1:20: tls_server_config.key_file: missing"],
  ["tls_server_config: { key: a }", "1:20: tls_server_config.cert_file: missing"],
  ["tls_server_config: { client_auth_type: NoClientCert }", "1:20: tls_server_config.cert_file: missing"],
  [
    `tls_server_config: { ${files}, client_ca_file: c }`,
    "tls_server_config.client_ca_file: without client_auth_type no client is asked for a certificate"
  ],
  [
    `tls_server_config: { ${files}, client_ca: c, client_auth_type: NoClientCert }`,
    "tls_server_config.client_ca_file: without client_auth_type no client is asked"
  ],
  [`tls_server_config: { ${files}, client_auth_type: x }`, "tls_server_config.client_auth_type: expected one of"],
  [
    `tls_server_config: { ${files}, min_version: TLS13, max_version: TLS12 }`,
    "max_version: is below min_version, TLS13"
  ],
  [`tls_server_config: { ${files}, max_version: TLS11 }`, "max_version: is below min_version, TLS12"],
  [
    `tls_server_config: { ${files}, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384] }`,
    "tls_server_config.cipher_suites: HTTP/2 needs TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or"
  ],
  ["http_server_config: { headers: { X-Frame-Options: foo } }", "headers.X-Frame-Options: expected deny or sameorigin"],
  [
    "http_server_config: { headers: { X-Frame-Options: DENY } }",
    "headers.X-Frame-Options: expected deny or sameorigin"
  ],
  [
    "http_server_config: { headers: { X-Content-Type-Options: sniff } }",
    "headers.X-Content-Type-Options: expected nosniff"
  ],
  [
    'http_server_config: { headers: { Content-Security-Policy: "a\\x01b" } }',
    "expected a text without control characters"
  ],
  ["http_server_config: { http2: maybe }", "http2: expected true or false"],
  ["rate_limit: { interval: 1 s }", "rate_limit.interval: expected a duration such as 100ms or 1s"],
  ["rate_limit: { burst: many }", "rate_limit.burst: expected a whole number"],
  ["rate_limit: { interval: 99999999999h }", "rate_limit.interval: expected a duration"],
  ['rate_limit: { interval: "100" }', "rate_limit.interval: expected a duration"],
  ['rate_limit: { burst: "3" }', 'rate_limit.burst: expected a whole number without quotes, got "3"'],
  ["rate_limit: { burst: 9223372036854775808 }", "rate_limit.burst: expected a whole number"],
  ["rate_limit: { burst: 0b2 }", "rate_limit.burst: expected a whole number"],
  ['http_server_config: { http2: "no" }', "http2: expected true or false without quotes"],
  ['http_server_config: { http2: "" }', "http2: expected true or false"],
  [`tls_server_config: { ${files}, min_version: "" }`, "min_version: expected one of TLS10"],
  ['tls_server_config: ""', "tls_server_config: expected a map"],
  ["http_server_config: { headers: { X-Frame-Options: ~ } }", "X-Frame-Options: expected deny or sameorigin"],
  ["basic_auth_users: { alice: }", "basic_auth_users.alice: expected a bcrypt hash"],
  [
    "basic_auth_users: { alice: $2y$03$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi }",
    "alice: expected a bcrypt hash"
  ],
  ["hello", "expected a map"]
])("refuses %s", (text, problem) => {
  const found = problems(text)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(problem)
})

test("an empty file has no problems", () => {
  expect(problems("")).toEqual([])
  expect(problems("# nothing\n")).toEqual([])
})

test("reports all problems with their positions", () => {
  const text = `
tls_server_confg: {}
tls_server_config:
  cert_file: server.crt
  min_version: SSL30
http_server_config:
  headers: { X-Powered-By: poller }
basic_auth_users:
  alice: hunter2
`
  expect(problems(text)).toEqual([
    "web.yml:2:1: tls_server_confg: unknown key; did you mean tls_server_config?",
    "web.yml:4:3: tls_server_config.key_file: missing",
    'web.yml:5:16: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13, got "SSL30"',
    "web.yml:7:14: http_server_config.headers.X-Powered-By: unknown key",
    "web.yml:9:10: basic_auth_users.alice: expected a bcrypt hash, as `htpasswd -nBC 10 USER` makes it"
  ])
})
