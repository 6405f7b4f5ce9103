import { expect, test } from "vitest"
import { CookieJar } from "../../src/client/cookies.ts"

const at = (path: string, origin = "https://a.test") => new URL(path, origin)

const jar = (url: URL, ...headers: ReadonlyArray<string>) => {
  const cookies = new CookieJar()
  cookies.store(url, headers)
  return cookies
}

test.each<[string, string, string, string | undefined]>([
  ["/login", "sid=1; HttpOnly; Secure", "/api/x", "sid=1"],
  ["/api/login", "sid=1", "/api/x", "sid=1"],
  ["/api/login", "sid=1", "/other", undefined],
  ["/api/login", "sid=1; Path=/", "/other", "sid=1"],
  ["/", "sid=1; Path=/api", "/apix", undefined],
  ["/", "sid=1; Path=/api", "/api", "sid=1"],
  ["/", "sid=1; Path=/api/", "/api/x", "sid=1"],
  ["/", "sid=a=b==", "/", "sid=a=b=="],
  ["/", " sid = 1 ; path = /x ", "/x", "sid=1"],
  ["/", "sid=1; Max-Age=0", "/", undefined],
  ["/", "sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", undefined],
  ["/", "sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "/", "sid=1"],
  ["/", "sid=1; Domain=evil.test", "/", "sid=1"],
  ["/", "=1", "/", undefined],
  ["/", "nonsense", "/", undefined],
  ["/", "__proto__=1", "/", "__proto__=1"]
])("a cookie of %s, %s, is sent to %s as %s", (from, header, to, sent) => {
  expect(jar(at(from), header).header(at(to))).toBe(sent)
})

test("a cookie is sent to its origin and to no other", () => {
  const cookies = jar(at("/"), "sid=1; Domain=test")
  for (const origin of ["http://a.test", "https://a.test:8443", "https://b.test", "https://x.a.test"]) {
    expect(cookies.header(at("/", origin))).toBeUndefined()
  }
})

test("the longest path comes first, and a new value replaces the old", () => {
  const cookies = jar(at("/"), "a=1; Path=/", "b=2; Path=/api", "a=3; Path=/")
  expect(cookies.header(at("/api/x"))).toBe("b=2; a=3")
  cookies.store(at("/"), ["a=; Path=/; Max-Age=-1"])
  expect(cookies.header(at("/api/x"))).toBe("b=2")
})

test("a server cannot fill the memory", () => {
  const cookies = new CookieJar()
  for (let i = 0; i < 1000; i++) cookies.store(at("/"), [`c${i}=${"x".repeat(4000)}`, `big=${"x".repeat(10_000)}`])
  expect(cookies.header(at("/"))?.length).toBeLessThan(500_000)
})

test("a header of 16 kB is read in linear time", () => {
  const blanks = " ".repeat(16_000)
  const begin = process.threadCpuUsage()
  for (const header of [`sid=1; x${blanks}x`, `sid=1; x${blanks}=`, `sid${blanks}x`]) jar(at("/"), header)
  // a regular expression that starts again at each blank takes seconds
  expect(process.threadCpuUsage(begin).user).toBeLessThan(500_000)
})
