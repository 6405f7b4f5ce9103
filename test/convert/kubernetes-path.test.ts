import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { convertTemplate } from "../../src/convert/kubernetes-path.ts"

const pathOf = (template: string) => {
  const parts = Result.getOrThrow(convertTemplate(template))
  const [part] = parts
  expect(parts).toHaveLength(1)
  return part !== undefined && "path" in part ? part.path : part
}

test.each([
  ["{ .counter }", "counter"],
  ["{.a.b.c}", "a.b.c"],
  ["{$.a}", "a"],
  ["{@.a}", "a"],
  ["{@}", "@"],
  ["{.}", "@"],
  ["{ [*] }", "@[*]"],
  ["{.[*]}", "@[*]"],
  ["{.items[*].id}", "items[*].id"],
  ["{.items[0]}", "items[0]"],
  ["{.items[-1:]}", "items[-1:]"],
  ["{.items[0:4:2].x}", "items[0:4:2].x"],
  ["{.items[0,2]}", "items[0, 2]"],
  ["{['odd key']}", "['odd key']"],
  ["{.a['b-c']}", "a['b-c']"],
  ["{.a-b}", "['a-b']"],
  ["{.labels.app\\.kubernetes\\.io/name}", "labels['app.kubernetes.io/name']"],
  ["{..id}", "@..id"],
  ["{.a..id}", "a..id"],
  ["{..[0]}", "@..[0]"],
  ["{.a.*}", "a.*"],
  ["{.x['a','b']}", "x['a', 'b']"],
  ['{.values[?(@.state == "ACTIVE")]}', "values[?@.state == 'ACTIVE']"],
  ['{ .values[?(@.state=="IN]}ACTIVE")].n }', "values[?@.state == 'IN]}ACTIVE'].n"],
  ["{.values[?(@.n >= 10)]}", "values[?@.n >= 10]"],
  ["{.values[?(@.on == true)]}", "values[?@.on == true]"],
  ["{.values[?(@.id)]}", "values[?@.id]"],
  ["{.values[?(@.metadata.name != 'it\\'s')]}", "values[?@.metadata.name != 'it\\'s']"]
])("%s is %s", (template, path) => {
  expect(pathOf(template)).toBe(path)
})

test("a template is converted to texts and paths", () => {
  expect(Result.getOrThrow(convertTemplate('planet-{.location}{"/"}{.moons[*]}'))).toEqual([
    { text: "planet-" },
    { path: "location", isSingular: true },
    { text: "/" },
    { path: "moons[*]", isSingular: false }
  ])
})

test.each([
  ["{range .items[*]}{.id}{end}", "{range .items[*]}"],
  ["{.items[?(@.a =~ 'x')]}", "= in a filter"],
  ["{.items[?(@.a == x)]}", "x in a filter"],
  ["{.items", "} is missing in {.items"],
  ["{counter}", "counter"]
])("%s cannot be converted", (template, message) => {
  expect(convertTemplate(template)).toEqual(Result.fail(message))
})
