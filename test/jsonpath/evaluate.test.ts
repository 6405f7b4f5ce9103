import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compile, compileRelative, find, location, select } from "../../src/jsonpath/evaluate.ts"
import { maxEffort } from "../../src/jsonpath/search.ts"
import type { Json } from "../../src/mapping/document/json.ts"
import { documentNode, keyOf, type Node } from "../../src/mapping/document/node.ts"

const values = (nodes: ReadonlyArray<Node>) => nodes.map(({ value }) => value)
const selected = (path: string, document: Json) => values(select(compile(path), document))

describe("a path of a mapping", () => {
  const document = {
    cluster: "north",
    nodes: [{ id: 7, mem: { used_kb: 512 }, "odd key": true, disks: ["sda", "sdb"] }]
  }
  const [row = documentNode(null)] = select(compile("$.nodes[*]"), document)

  test.each([
    ["id", [7]],
    ["mem.used_kb", [512]],
    ["disks[*]", ["sda", "sdb"]],
    ["disks[-1]", ["sdb"]],
    ["['odd key']", [true]],
    ["*", [7, { used_kb: 512 }, true, ["sda", "sdb"]]],
    ["@", [row.value]],
    ["@.id", [7]],
    ["@['id']", [7]],
    ["@..used_kb", [512]],
    ["$.cluster", ["north"]],
    ["$", [document]]
  ])("%s starts at the current item, with $ at the document", (path, expected) => {
    expect(values(select(compileRelative(path), document, row))).toEqual(expected)
  })

  test("without a current item it starts at the document", () => {
    expect(values(select(compileRelative("cluster"), document))).toEqual(["north"])
  })

  test("its nodes have their location in the whole document", () => {
    const [disk = documentNode(null)] = select(compileRelative("disks[1]"), document, row)
    expect(location(disk)).toBe("$['nodes'][0]['disks'][1]")
    expect([0, 1, 2, 3, 4].map((up) => keyOf(disk, up))).toEqual([1, "disks", 0, "nodes", undefined])
    expect(disk.parent?.value).toBe(document.nodes[0]?.disks)
  })

  test.each([
    ["id", ["id"]],
    ["$.nodes[0]['odd key']", ["nodes", 0, "odd key"]],
    ["@", []],
    ["nodes[*]", undefined],
    ["@..id", undefined],
    ["nodes[0,1]", undefined],
    ["nodes[0:1]", undefined],
    ["nodes[?@.id]", undefined]
  ])("%s has the keys %j", (path, keys) => {
    expect(compileRelative(path).keys).toEqual(keys)
  })

  test("an invalid pattern is an error, where RFC 9535 has a filter that selects nothing", () => {
    expect(() => compileRelative("nodes[?match(@.id, '\\\\d+')]")).toThrow(
      '"\\\\d+" is not an I-Regexp (RFC 9485: [0-9] for \\d, no flags or lookarounds) at character 20'
    )
    expect(selected("$.nodes[?match(@.id, '\\\\d+')]", document)).toEqual([])
  })
})

describe("key(@) in a filter is the name or index of the item", () => {
  const document: Json = {
    cpu1_busy: 10,
    cpu2_busy: 20,
    cpu_busy: 15,
    list: ["a", "b", { x: "c" }],
    deep: { a: { b: 1 } }
  }
  const found = (path: string) => select(compileRelative(path), document).map(({ value }) => value)

  test.each<[string, ReadonlyArray<Json>]>([
    ["$[?match(key(@), 'cpu[0-9]+_busy')]", [10, 20]],
    ["$[?search(key(@), '^cpu') && @ > 12]", [20, 15]],
    ["list[?key(@) > 0]", ["b", { x: "c" }]],
    ["list[?key(@) == 0 || key(@) == 2].x", ["c"]],
    ["$[?length(key(@)) == 4].a", [{ b: 1 }]],
    ["$..[?key(@) == 'b']", [1]],
    // key() of the item of the inner filter, then of the outer one
    ["$[?@[?key(@) == 'a'] && key(@) == 'deep']", [{ a: { b: 1 } }]],
    ["$[?!(key(@) != 'cpu_busy')]", [15]],
    ["list[?key(@) == '0']", []]
  ])("%s", (path, values) => expect(found(path)).toEqual(values))

  test.each([
    ["$[?key(@.a) == 'x']", "key() takes @, the item that the filter is about, at character 8"],
    ["$[?key($) == 'x']", "key() takes @, the item that the filter is about, at character 8"],
    ["$[?key(@)]", "a literal, length(), count(), value() and key() must be compared at character 4"]
  ])("%s is refused", (path, message) => {
    expect(() => compileRelative(path)).toThrow(new SyntaxError(message))
  })

  test("RFC 9535 has no such function, so a conforming query has none", () => {
    expect(() => compile("$[?key(@) == 'x']")).toThrow("no such function key()")
  })
})

describe("a bad path is a one-line error with the position", () => {
  test.each([
    ["", "expected $, found the end at character 1"],
    ["id", 'expected $, found "i" at character 1'],
    ["@.id", 'expected $, found "@" at character 1'],
    ["$.", "expected a name or *, found the end at character 3"],
    ["$.a.", "expected a name or *, found the end at character 5"],
    ["$.odd-key", "expected . or [ (a name with other characters is written ['odd-key']), found \"-\" at character 6"],
    ["$['a", "expected ', found the end at character 5"],
    ["$['\n']", `expected ', found "\\n" at character 4`],
    ["$['\\ud800']", "half a surrogate pair in the string at character 3"],
    ["$[01]", 'expected ], found "1" at character 4'],
    ["$[9007199254740992]", "an index is at most 2^53 - 1 at character 3"],
    ["$[", "expected a name in quotes, an index, a slice, * or ?, found the end at character 3"],
    ["$[?@.a == 1", "expected ], found the end at character 12"],
    ["$[?@.a = 1]", 'expected ], found "=" at character 8'],
    ["$[?@.* == 1]", "expected a path to one value, of names and indexes only, at character 4"],
    ["$[?1]", "a literal, length(), count(), value() and key() must be compared at character 4"],
    ["$[?size(@) > 1]", "no such function size() at character 4"],
    ["$[?match(@, 'a') == true]", "match() and search() are not compared at character 4"],
    ["$[?count(1) == 1]", "count() takes a path at character 10"]
  ])("%s: %s", (path, message) => {
    expect(() => compile(path)).toThrow(new SyntaxError(message))
  })

  test.each(["$[?(@.a) == 1]", "$[?@.a == (1)]", "$[?!@.a == 1]", "$[?!!@.a]", "$[?!true]", "$[?!count(@.*)]"])(
    "%s is refused, as the grammar of RFC 9535 has it",
    (path) => expect(() => compile(path)).toThrow(SyntaxError)
  )

  test.each(["(", "!(", "@[?", "length("])("nesting %s without end does not overflow the stack", (open) => {
    expect(() => compile(`$[?${open.repeat(100_000)}`)).toThrow("nested more than 100 deep")
  })

  test("any text is a path or a one-line SyntaxError", () => {
    const fragment = fc.constantFrom(
      ..."$@.[]()*?!,:'\"\\<=>&| \n-019aeu",
      "..",
      "&&",
      "match(",
      "count(",
      "true",
      "'a'",
      "\ud800"
    )
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        for (const attempt of [compile, compileRelative]) {
          try {
            select(attempt(`$[?${fragments.join("")}`), [{ a: [1] }])
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
            expect(String(error)).not.toContain("\n")
          }
        }
      })
    )
  })
})

describe("own properties only", () => {
  const document: Json = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "list": [1]}')

  test.each([
    ["$.__proto__.a", [1]],
    ["$.constructor", [2]],
    ["$.toString", []],
    ["$.list.length", []],
    ["$.list['0']", []],
    ["$.list.__proto__", []],
    ["$.list.constructor.name", []],
    ["$['list'][0]['constructor']", []],
    ["$[?@.toString]", []],
    ["$[?@.__proto__ == @.__proto__].a", [1]]
  ])("%s finds %j", (path, expected) => {
    expect(selected(path, document)).toEqual(expected)
    const { keys } = compile(path)
    if (keys !== undefined) expect(find(keys, document)).toEqual(expected[0])
  })
})

describe("where the reference, json-p3, deviates from RFC 9535", () => {
  test.each([
    ["$[?@ > 0.5]", [0.25, 0.75], [0.75]],
    ["$[?@ == 0e1]", [0, 1], [0]],
    ["$['\\u0001']", { "\u0001": 1 }, [1]],
    ["$[?length(@) == 1]", ["𝄞", "ab"], ["𝄞"]],
    ["$[?@ < '\ue000']", ["𝄞", "a"], ["a"]]
  ])("%s over %j gives %j", (path, document, expected) => {
    expect(selected(path, document)).toEqual(expected)
  })

  test("objects are equal by their own keys", () => {
    const document: Json = JSON.parse('[{"a": {"__proto__": {}}, "b": {"x": 1}}]')
    expect(selected("$[?@.a == @.b]", document)).toEqual([])
  })
})

describe("no document stops the program", () => {
  const depth = 100_000
  const deep: Json = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)

  test.each([
    ["$..a", depth],
    ["$..[?@ == 1]", 1],
    ["$[?@ == $.a]", 1]
  ])("%s over 100,000 levels", (path, count) => {
    expect(select(compile(path), deep)).toHaveLength(count)
  })

  test("a search that is too long is given up, and finds nothing", () => {
    expect(depth ** 2).toBeGreaterThan(maxEffort())
    expect(select(compile("$..[?@..b]"), deep)).toEqual([])
  })

  test("a node at any depth has a location", () => {
    const [last = documentNode(null)] = select(compile("$..[?@ == 1]"), deep)
    expect(location(last)).toBe(`$${"['a']".repeat(depth)}`)
  })

  test("patterns run in linear time, also those that come with the document", () => {
    const document = { text: `${"a".repeat(50_000)}!`, pattern: "(a+)+", bomb: "((a{1000}){1000}){1000}" }
    expect(selected("$[?match($.text, '(a+)+')]", document)).toEqual([])
    expect(selected("$[?match($.text, $.pattern)]", document)).toEqual([])
    expect(selected("$[?search($.text, $.bomb)]", document)).toEqual([])
  })
})
