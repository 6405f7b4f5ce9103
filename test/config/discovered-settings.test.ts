import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { discoveredSettings, type RequestOptions } from "../../src/config/discovered-settings.ts"

const plain: RequestOptions = { scheme: "http", path: "/", params: {} }

const target = (
  address: string,
  labels: Readonly<Record<string, string>> = {},
  options: Partial<RequestOptions> = {}
) =>
  Result.getOrThrowWith(
    discoveredSettings({ address, labels, location: "" }, { ...plain, ...options }),
    (why) => new Error(why)
  )

describe("the settings of a discovered target", () => {
  test("have the address as name and in the URL", () => {
    expect(target("10.0.0.1:8080", { rack: "7" })).toEqual({
      name: "10.0.0.1:8080",
      url: "http://10.0.0.1:8080/",
      labels: { rack: "7", instance: "10.0.0.1:8080" }
    })
  })

  test.each([
    ["__scheme__", { __scheme__: "https" }, {}, "https://shop/"],
    ["__metrics_path__", { __metrics_path__: "/v1/stats" }, {}, "http://shop/v1/stats"],
    ["a path without a leading slash", { __metrics_path__: "stats" }, {}, "http://shop/stats"],
    ["a path with ?, which is escaped", { __metrics_path__: "/a?b" }, {}, "http://shop/a%3Fb"],
    ["__param_NAME", { __param_site: "a&b" }, {}, "http://shop/?site=a%26b"],
    [
      "the source",
      {},
      { scheme: "https", path: "/stats", params: { format: ["json"] } },
      "https://shop/stats?format=json"
    ],
    [
      "source and group, of which the group wins",
      { __scheme__: "http", __metrics_path__: "/" },
      { scheme: "https", path: "/x" },
      "http://shop/"
    ],
    [
      "source and group, of which the group replaces the first value of a parameter",
      { __param_a: "3" },
      { params: { a: ["1", "2"] } },
      "http://shop/?a=3&a=2"
    ],
    [
      "empty labels of the group, which are ignored",
      { __scheme__: "", __metrics_path__: "" },
      { scheme: "https", path: "/x" },
      "https://shop/x"
    ]
  ])("have a URL with %s", (_, labels, options, url) => {
    expect(target("shop", labels, options).url).toBe(url)
  })

  test("keep the scheme and path of an address that is a URL", () => {
    const { url, name, labels } = target("https://shop.example.com/health?full=1", {}, { scheme: "http", path: "/x" })
    expect(url).toBe("https://shop.example.com/health?full=1")
    expect(name).toBe("https://shop.example.com/health")
    expect(labels).toEqual({ instance: "https://shop.example.com/health" })
  })

  test("never have a user, a password or a query in the name or labels", () => {
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
    ["an IPv6 address", "[::1]:80", {}, "[::1]:80"]
  ])("have as name %s", (_, address, labels, name) => {
    expect(target(address, labels).name).toBe(name)
  })

  test("have interval and timeout from the group", () => {
    expect(target("shop", { __scrape_interval__: "1m", __scrape_timeout__: "5s" })).toMatchObject({
      interval: "1m",
      timeout: "5s",
      labels: { instance: "shop" }
    })
  })

  test("drop all other labels that begin with __", () => {
    expect(target("shop", { __meta_zone: "b", __tmp: "c", job: "x" }).labels).toEqual({ job: "x", instance: "shop" })
  })

  test.each(["", "a b", "a/b", "user@shop", "shop?x", "shop#x", "shop:99999", "http://", "http:// x/", "\\shop"])(
    "are refused for the address %j",
    (address) => {
      expect(Result.isFailure(discoveredSettings({ address, labels: {}, location: "" }, plain))).toBe(true)
    }
  )

  test.each(["http://evil:1/?", "https:", "HTTP", "file", "ftp"])("are refused for the __scheme__ %j", (__scheme__) => {
    const result = discoveredSettings({ address: "shop:80", labels: { __scheme__ }, location: "" }, plain)
    expect(result).toEqual(Result.fail("__scheme__: expected http or https"))
  })

  test.each([
    ["address", "a\ud800:1", {}],
    ["name of a label", "a:1", { "\udc00": "x" }],
    ["value of a label", "a:1", { rack: "\ud800" }]
  ])("are refused with a lone surrogate in the %s", (_, address, labels) => {
    const result = discoveredSettings({ address, labels, location: "" }, plain)
    expect(result).toEqual(Result.fail("has a lone surrogate, which is half a character"))
  })

  test("have a valid URL for any address and labels, or are refused", () => {
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
