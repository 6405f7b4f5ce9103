import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { errorReasons, errorReasonsOf } from "../../src/client/error-reasons.ts"
import { load } from "./loading.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8")
const section = page.slice(page.indexOf("A poll fails for one of these reasons"), page.indexOf("A sample is dropped"))
const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, reason = "", rest = ""]) => {
  const [keys = ""] = rest.split(" | ")
  return { reason, keys: rest.includes(" | ") ? [...keys.matchAll(/`(\w+)`/g)].map(([, key = ""]) => key) : [] }
})

/** Keys of a target that add reasons. */
const settings: Readonly<Record<string, object>> = {
  none: {},
  auth: { auth: { bearer_token_file: "token" } },
  headers_from: { headers_from: { "X-Api-Key": "token" } },
  login: { login: "array" },
  pages: { pages: { next: "$.next" } },
  get: { each: [{ path: "a", get: { url: "/x/{id}" }, metrics: { a_up: "up" } }] },
  user: { url: "https://u:p@shop.example.com/" },
  tls: { tls: { ca_file: "ca.pem" } }
}

const reasonsOf = (change: object) => {
  const logins = { array: { url: "https://shop.example.com/login" } }
  const target = { name: "shop", url: "https://shop.example.com/", ...change }
  const [{ request } = { request: undefined }] = load(JSON.stringify({ logins, targets: [target] })).targets
  return request === undefined ? [] : errorReasonsOf(request)
}

test("docs/metrics.md has every reason of a failed poll, once", () => {
  expect(rows.map(({ reason }) => reason)).toEqual(errorReasons)
})

test.each(Object.entries(settings))("a target with %s has exactly the reasons in docs/metrics.md", (key, change) => {
  const documented = rows.filter(({ keys }) => keys.length === 0 || keys.includes(key))
  expect(reasonsOf(change)).toEqual(documented.map(({ reason }) => reason))
})
