import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { findDetails } from "../../src/mapping/find-details.ts"
import { createTransform } from "../../src/mapping/transform.ts"
import { bodyOf, collect, lines, planOf, problemLines } from "./collect.ts"

/** A stand-in for the function that renders times. */
const renderTimes = (template: string) => template.replace("now", "noon")

/** The URLs of the rows, and the samples and problems with these documents. */
const outcome = (mapping: object, text: string, documents: Readonly<Record<string, string | undefined>>) => {
  const plan = planOf(mapping, { site: "ams1" })
  const found = Result.getOrThrow(findDetails(plan, [bodyOf(text)], renderTimes))
  const details = found.map(({ urls }) =>
    urls.map((url) => {
      const document = url === undefined ? undefined : documents[url]
      return document === undefined ? "status 500" : bodyOf(document)
    })
  )
  const transform = createTransform(plan)
  const collected = collect((samples) => Result.getOrThrow(transform([bodyOf(text)], samples, details)))
  return {
    urls: found.map(({ urls }) => urls),
    samples: [...lines(collected).map((line) => line.replaceAll('"', "")), ...problemLines(collected)]
  }
}

const nodes = {
  each: [
    {
      path: "$.nodes[*]",
      labels_from: { node: "name" },
      get: { url: "/nodes/{id}/stats" },
      metrics: { load: "load", up: "$.up" },
      each: [
        { path: "disks[*]", labels_from: { disk: "name", k0: { key: 0 }, k2: { key: 2 } }, metrics: { free: "free" } }
      ]
    },
    { path: "$.nodes[*]", labels_from: { node: "name" }, metrics: { weight: "weight" } }
  ]
}
const list = '{"up": 7, "nodes": [{"name": "a", "id": 1, "weight": 3}, {"name": "b", "id": "x/y", "weight": 4}]}'

test("`metrics` and inner `each` read the detail, whose root is `$` there; labels are inherited", () => {
  const documents = {
    "/nodes/1/stats": '{"load": 0.5, "up": 1, "disks": [{"name": "sda", "free": 9}]}',
    "/nodes/x%2Fy/stats": '{"load": 1.5, "up": 0, "disks": []}'
  }
  expect(outcome(nodes, list, documents)).toEqual({
    urls: [["/nodes/1/stats", "/nodes/x%2Fy/stats"]],
    samples: [
      "load{node=a,site=ams1} 0.5",
      "up{node=a,site=ams1} 1",
      "free{disk=sda,k0=0,node=a,site=ams1} 9",
      "load{node=b,site=ams1} 1.5",
      "up{node=b,site=ams1} 0",
      "weight{node=a,site=ams1} 3",
      "weight{node=b,site=ams1} 4"
    ]
  })
})

test("a detail that fails, or is not JSON, drops its rows and counts as a dropped sample with reason `detail`", () => {
  const { samples } = outcome(nodes, list, { "/nodes/1/stats": "<html>" })
  expect(samples).toEqual([
    "weight{node=a,site=ams1} 3",
    "weight{node=b,site=ams1} 4",
    "detail load /nodes/{id}/stats $['nodes'][0]: not JSON: it starts like HTML or XML",
    "detail load /nodes/{id}/stats $['nodes'][1]: status 500"
  ])
})

test("with `partial: false` a detail that is not JSON fails the response", () => {
  const plan = planOf({ each: [{ path: "n[*]", get: { url: "{id}", partial: false }, metrics: { m: "v" } }] })
  const found = Result.getOrThrow(findDetails(plan, [bodyOf('{"n": [{"id": "/a"}]}')], renderTimes))
  expect(found).toMatchObject([{ urls: ["/a"], isPartial: false, max: 64, atOnce: 4 }])
  collect((samples) => {
    const result = createTransform(plan)([bodyOf('{"n": [{"id": "/a"}]}')], samples, [[bodyOf("{")]])
    expect(Result.isFailure(result) && result.failure).toMatch(/^a document of \{id\}: /)
    return { series: 0, dropped: {} as never, problems: [], gaveUp: false }
  })
})

test("`{PATH}` is percent-encoded; if all of `url` is one `{PATH}`, it is taken as it is; a value that is missing has no URL", () => {
  const urls = (url: string, row: string) =>
    outcome({ each: [{ path: "n[*]", get: { url }, metrics: { m: "v" } }] }, `{"n": [${row}]}`, {}).urls[0]
  expect(urls("{['@odata.id']}", '{"@odata.id": "/redfish/v1/Chassis/1?a=b"}')).toEqual(["/redfish/v1/Chassis/1?a=b"])
  expect(urls("/x/{a.b}", '{"a": {"b": "1 2&3"}}')).toEqual(["/x/1%202%263"])
  expect(urls("/x/{id}?from={now-5m:ms}&to={['now']}", '{"id": 1, "now": "{now}"}')).toEqual([
    "/x/1?from={noon-5m:ms}&to=%7Bnow%7D"
  ])
  expect(urls("{['now']}", '{"now": "/x?at={now}"}')).toEqual(["/x?at={now}"])
  expect(urls("/x/{id}", '{"id": null}, {}, {"id": [1]}, {"id": 1.50}')).toEqual([
    undefined,
    undefined,
    undefined,
    "/x/1.50"
  ])
})

test("a problem in a document names the row of the document", () => {
  const documents = {
    "/nodes/1/stats": '{"load": 0.5, "disks": [{"name": "sda"}]}',
    "/nodes/x%2Fy/stats": '{"load": 1.5, "up": 1, "disks": []}'
  }
  expect(outcome(nodes, list, documents).samples.slice(-2)).toEqual([
    "missing up $.up $ of the document of $['nodes'][0]: $ has load, disks",
    "missing free free $['disks'][0] of the document of $['nodes'][0]: @ has name"
  ])
})

test("rows within rows have details too, each in the order of all rows", () => {
  const mapping = {
    each: [
      {
        path: "a[*]",
        labels_from: { a: "n" },
        each: [{ path: "b[*]", labels_from: { b: "@" }, get: { url: "/{@}" }, metrics: { m: "v" } }]
      }
    ]
  }
  expect(
    outcome(mapping, '{"a": [{"n": 1, "b": ["x"]}, {"n": 2, "b": ["y", "z"]}]}', { "/x": '{"v": 1}', "/z": '{"v": 3}' })
  ).toEqual({
    urls: [["/x", "/y", "/z"]],
    samples: ["m{a=1,b=x,site=ams1} 1", "m{a=2,b=z,site=ams1} 3", "detail m /{@} $['a'][1]['b'][0]: status 500"]
  })
})

test("a detail within a detail is rejected", () => {
  const inner = { path: "b[*]", get: { url: "/{@}" }, metrics: { m: "v" } }
  expect(() => planOf({ each: [{ path: "a[*]", get: { url: "/{@}" }, each: [inner] }] })).toThrow("get only once")
})
