import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { discoveredSettings, type RequestOptions } from "../../src/config/discovered-settings.ts"

const plain: RequestOptions = { scheme: "http", path: "/", params: {} }

const target = (address: string, labels: Readonly<Record<string, string>> = {}, asking: Partial<RequestOptions> = {}) =>
  Result.getOrThrowWith(
    discoveredSettings({ address, labels, location: "" }, { ...plain, ...asking }),
    (why) => new Error(why)
  )

describe("an entry as a target", () => {
  test("is asked where it is, and is called so", () => {
    expect(target("10.0.0.1:8080", { rack: "7" })).toEqual({
      name: "10.0.0.1:8080",
      url: "http://10.0.0.1:8080/",
      labels: { rack: "7", instance: "10.0.0.1:8080" }
    })
  })

  test.each([
    ["__scheme__", { __scheme__: "https" }, {}, "https://shop/"],
    ["__metrics_path__", { __metrics_path__: "/v1/stats" }, {}, "http://shop/v1/stats"],
    ["a path without its slash", { __metrics_path__: "stats" }, {}, "http://shop/stats"],
    ["a path with signs of a query, which it is not", { __metrics_path__: "/a?b" }, {}, "http://shop/a%3Fb"],
    ["__param_NAME", { __param_site: "a&b" }, {}, "http://shop/?site=a%26b"],
    [
      "the source",
      {},
      { scheme: "https", path: "/stats", params: { format: ["json"] } },
      "https://shop/stats?format=json"
    ],
    [
      "both, of which the group's holds",
      { __scheme__: "http", __metrics_path__: "/" },
      { scheme: "https", path: "/x" },
      "http://shop/"
    ],
    [
      "both, of which the group's parameter takes the first place",
      { __param_a: "3" },
      { params: { a: ["1", "2"] } },
      "http://shop/?a=3&a=2"
    ],
    [
      "an empty one, which is none",
      { __scheme__: "", __metrics_path__: "" },
      { scheme: "https", path: "/x" },
      "https://shop/x"
    ]
  ])("is asked by %s", (_, labels, asking, url) => {
    expect(target("shop", labels, asking).url).toBe(url)
  })

  test("may be a whole URL, which keeps its scheme and path", () => {
    const { url, name, labels } = target("https://shop.example.com/health?full=1", {}, { scheme: "http", path: "/x" })
    expect(url).toBe("https://shop.example.com/health?full=1")
    expect(name).toBe("https://shop.example.com/health")
    expect(labels).toEqual({ instance: "https://shop.example.com/health" })
  })

  test("never has a user, a password or a query in its name or labels", () => {
    const { url, ...shown } = target("https://ada:hush@shop.example.com/health?token=hush2", { __param_key: "hush3" })
    expect(url).toBe("https://ada:hush@shop.example.com/health?token=hush2&key=hush3")
    expect(JSON.stringify(shown)).not.toMatch(/hush|ada/)
  })

  test.each([
    ["the path behind the address", "shop:80", { __metrics_path__: "/stats" }, "shop:80/stats"],
    ["the instance", "shop:80", { instance: "ams1" }, "ams1"],
    ["the instance with the path behind it", "shop:80", { instance: "ams1", __metrics_path__: "/stats" }, "ams1/stats"],
    ["the instance of a URL", "http://shop/stats", { instance: "ams1" }, "ams1"],
    ["the address where the instance is empty", "shop:80", { instance: "" }, "shop:80"],
    ["an address of IPv6", "[::1]:80", {}, "[::1]:80"]
  ])("is called by %s", (_, address, labels, name) => {
    expect(target(address, labels).name).toBe(name)
  })

  test("has its times from its group", () => {
    expect(target("shop", { __scrape_interval__: "1m", __scrape_timeout__: "5s" })).toMatchObject({
      interval: "1m",
      timeout: "5s",
      labels: { instance: "shop" }
    })
  })

  test("drops what else is Prometheus' own", () => {
    expect(target("shop", { __meta_zone: "b", __tmp: "c", job: "x" }).labels).toEqual({ job: "x", instance: "shop" })
  })

  test.each(["", "a b", "a/b", "user@shop", "shop?x", "shop#x", "shop:99999", "http://", "http:// x/", "\\shop"])(
    "is none, if it is %j",
    (address) => {
      expect(Result.isFailure(discoveredSettings({ address, labels: {}, location: "" }, plain))).toBe(true)
    }
  )

  test.each(["http://evil:1/?", "https:", "HTTP", "file", "ftp"])("is none with the __scheme__ %j", (__scheme__) => {
    const result = discoveredSettings({ address: "shop:80", labels: { __scheme__ }, location: "" }, plain)
    expect(result).toEqual(Result.fail("__scheme__: expected http or https"))
  })

  test.each([
    ["address", "a\ud800:1", {}],
    ["name of a label", "a:1", { "\udc00": "x" }],
    ["value of a label", "a:1", { rack: "\ud800" }]
  ])("is none with half a character in its %s", (_, address, labels) => {
    const result = discoveredSettings({ address, labels, location: "" }, plain)
    expect(result).toEqual(Result.fail("has a lone surrogate, which is half a character"))
  })

  test("never throws, and makes a URL if it makes anything", () => {
    const labels = fc.dictionary(
      fc.constantFrom("__scheme__", "__metrics_path__", "__param_x", "instance"),
      fc.string()
    )
    fc.assert(
      fc.property(fc.oneof(fc.webAuthority(), fc.webUrl(), fc.string()), labels, (address, labels) => {
        const made = discoveredSettings({ address, labels, location: "" }, plain)
        if (Result.isSuccess(made)) expect(URL.canParse(made.success.url)).toBe(true)
      })
    )
  })
})
