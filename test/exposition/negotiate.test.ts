import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { acceptsGzip, negotiateFormat } from "../../src/exposition/negotiate.ts"

const prometheus2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
const textOnly = "text/plain;version=0.0.4;q=1,*/*;q=0.1"
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

describe("the format", () => {
  test.each([
    ["of Prometheus 2", prometheus2, "openmetrics"],
    ["of Prometheus 3", prometheus3, "openmetrics"],
    ["of Prometheus configured for text", textOnly, "text"],
    ["of a browser", browser, "text"],
    ["of curl", "*/*", "text"],
    ["that is empty", "", "text"],
    ["without a version", "application/openmetrics-text", "openmetrics"],
    ["in capitals, with blanks and quotes", 'Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9', "openmetrics"],
    ["for an older version only", "application/openmetrics-text;version=0.0.1", "text"],
    ["that prefers text", "application/openmetrics-text;version=1.0.0;q=0.4,text/plain;q=0.5", "text"],
    ["that prefers any text", "application/openmetrics-text;q=0.4,text/*;q=0.5", "text"],
    ["that prefers anything else", "application/openmetrics-text;q=0.4,*/*;q=0.5", "text"],
    ["with the same weight for both", "text/plain,application/openmetrics-text", "openmetrics"],
    ["that refuses OpenMetrics", "application/openmetrics-text;q=0,*/*;q=0", "text"],
    [
      "whose more specific range has precedence",
      "text/plain;q=0.1,*/*,application/openmetrics-text;q=0.2",
      "openmetrics"
    ],
    ["with an invalid weight", "application/openmetrics-text;q=2", "text"],
    ["for what is not served", "image/png", "text"]
  ])("an Accept %s", (_, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format)
  })

  test("no Accept header means text", () => {
    expect(negotiateFormat(undefined)).toBe("text")
  })
})

describe("the coding", () => {
  test.each([
    ["gzip", true],
    ["gzip, deflate, br, zstd", true],
    ["x-gzip", true],
    ["*", true],
    ["GZIP;q=0.1", true],
    ["gzip;q=0", false],
    ["gzip;q=0.000, *", false],
    ["identity, gzip;q=0.5", false],
    ["identity;q=0.5, gzip;q=0.5", true],
    ["identity;q=0, gzip;q=0.001", true],
    ["deflate, br", false],
    ["", false]
  ])("Accept-Encoding: %s", (header, gzip) => {
    expect(acceptsGzip(header)).toBe(gzip)
  })

  test("no Accept-Encoding header means no gzip", () => {
    expect(acceptsGzip(undefined)).toBe(false)
  })
})

test("no header throws", () => {
  const piece = fc.constantFrom(
    "gzip",
    "text/plain",
    "application/openmetrics-text",
    ";",
    ",",
    "q=",
    "0.5",
    '"',
    "=",
    " "
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join(""))
      ),
      (header) => {
        expect(["text", "openmetrics"]).toContain(negotiateFormat(header))
        expect(acceptsGzip(header)).toBeTypeOf("boolean")
      }
    )
  )
})
