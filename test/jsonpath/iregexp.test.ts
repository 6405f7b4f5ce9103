import { describe, expect, test } from "vitest"
import { matcher } from "../../src/jsonpath/iregexp.ts"

describe("match() and search() accept I-Regexp (RFC 9485)", () => {
  test.each([
    ["a.c", "abc", true],
    ["a.c", "a\rc", false],
    ["[.]", "a", false],
    ["a|b", "b", true],
    ["(ab)+", "abab", true],
    ["x{2,3}", "xx", true],
    ["\\p{Lu}[a-z\\-]*", "Ab-c", true],
    ["[^a-c]", "d", true],
    ["[-a]+", "a-", true],
    ["\\(\\.\\)", "(.)", true],
    ["", "", true]
  ])("%s on %j: %s", (pattern, text, expected) => {
    expect(matcher(pattern, true)?.(text)).toBe(expected)
  })

  test.each([
    "\\d",
    "(?i)a",
    "a++",
    "a*?",
    "(",
    ")",
    "[",
    "[a",
    "{",
    "a{",
    "a{2,1}",
    "\\",
    "(?=a)",
    "\\1",
    "[[:alpha:]]",
    "a{1,100000}"
  ])("%s is refused", (pattern) => expect(matcher(pattern, true)).toBeUndefined())
})
