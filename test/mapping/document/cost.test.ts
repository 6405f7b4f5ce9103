import { describe, expect, test } from "vitest"
import { boundCost, costOf, TooCostly } from "../../../src/mapping/document/cost.ts"

const megabyte = 1_000_000

const list = (length: number, item: (index: number) => string): string => {
  const items: Array<string> = []
  for (let size = 0, index = 0; size < length; index++) {
    const text = item(index)
    items.push(text)
    size += text.length + 1
  }
  return `[${items.join()}]`
}

/** Texts whose values take many times their size, and how many times: the resident memory that Node 26 needs. */
const costly: ReadonlyArray<readonly [name: string, text: string, times: number]> = [
  ["brackets that are not closed", "[".repeat(megabyte), 56],
  ["empty lists", list(megabyte, () => "[]"), 24],
  ["empty objects", list(megabyte, () => "{}"), 39],
  ["objects with different keys", list(megabyte, (n) => `{"${n.toString(36)}":1}`), 22],
  ["the same, with a space after the key", list(megabyte, (n) => `{"${n.toString(36)}" :1}`), 20],
  ["many levels", list(megabyte, () => "[".repeat(5000) + "]".repeat(5000)), 38]
]

/** Usual texts, with an upper limit for the same factor. */
const usual: ReadonlyArray<readonly [name: string, text: string, times: number]> = [
  ["rows", list(megabyte, (n) => `{"id":"node-${n}","cpu":0.5,"mem":${n},"state":"ACTIVE"}`), 8],
  ["numbers", list(megabyte, () => "0.5"), 5],
  ["one long string", `"${"x".repeat(megabyte)}"`, 1],
  ["brackets in a string", `"${'[{\\"'.repeat(megabyte / 4)}"`, 1]
]

describe("the memory that a text's values take", () => {
  test.each(costly)("%s", (_name, text, times) => {
    expect(costOf(text)).toBeGreaterThan(0.8 * times * text.length)
    expect(costOf(text)).toBeLessThan(6 * times * text.length)
  })

  test.each(usual)("%s", (_name, text, times) => expect(costOf(text)).toBeLessThan(times * text.length))

  test("is limited, and the message has both figures", () => {
    const text = "[".repeat(2 * megabyte)
    expect(() => boundCost(text, () => 50e6)).toThrow(TooCostly)
    expect(() => boundCost(text, () => 50e6)).toThrow(
      /^the values in the response would take \d+ MB of memory, and one response may take 50 MB$/
    )
    boundCost(text, () => 1e9)
    boundCost("[".repeat(1000), () => 1)
  })

  test("is computed in linear time, whatever the text", () => {
    for (const text of ['"\\', '\\"', '" ', "\\".repeat(9)].map((part) => part.repeat((4 * megabyte) / part.length))) {
      const start = performance.now()
      costOf(text)
      expect(performance.now() - start).toBeLessThan(2000)
    }
  })
})
