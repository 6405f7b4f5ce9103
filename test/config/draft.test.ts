import * as Result from "effect/Result"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { parse as parseYaml } from "yaml"
import { formatDraft } from "../../src/config/draft.ts"
import { validate } from "../../src/config/validate.ts"
import { infer } from "../../src/init/infer.ts"
import { parse } from "../../src/mapping/document/json.ts"
import { root } from "../mapping/random-document.ts"

const inferred = (document: unknown) =>
  infer(Result.getOrThrow(parse(new TextEncoder().encode(JSON.stringify(document)))), "shop")

const heading = { name: "shop", url: "http://localhost/", settings: {}, comment: "Written by a test." }

test("a line a metric, and each note before what it is about", () => {
  const document = {
    uptime_ms: 12,
    motd: "Welcome to all who read this, and to all others",
    nodes: [
      {
        id: "n1",
        state: "ACTIVE",
        mem: { used_kb: 5 },
        last_seen: "2026-11-23T04:00:00Z",
        disks: [{ dev: "sda", free_mb: 1 }]
      },
      { id: "n2", state: "DOWN", mem: { used_kb: 6 }, last_seen: null, disks: [] }
    ]
  }
  expect(formatDraft({ ...heading, settings: { max_series: 20_000 } }, inferred(document))).toBe(`# Written by a test.

targets:
  - name: shop
    url: http://localhost/
    max_series: 20000
    metrics:
      # left out, being text: motd
      shop_uptime_seconds: { value: uptime_ms, scale: 0.001, help: Uptime. }
    each:
      # 2 nodes in this answer
      - path: $.nodes[*]
        labels_from: { node: id }
        metrics:
          # the states that this answer shows: add the others
          shop_node_state: { value: state, type: stateset, states: [ ACTIVE, DOWN ], help: State of the node. }
          shop_node_mem_used_bytes: { value: mem.used_kb, scale: 1000, help: Memory used of the node. }
          shop_node_last_seen_timestamp_seconds:
            value: last_seen
            parse: rfc3339
            optional: true
            help: Time last seen of the node.
        each:
          # 1 disk in this answer
          - path: disks[*]
            labels_from: { dev: dev }
            metrics:
              shop_node_disk_free_bytes: { value: free_mb, scale: 1000000, help: Free of the disk. }
`)
})

test("whatever the document, the text says what was inferred, and neither the check nor its warnings have anything to add", () => {
  const machine = { environment: {}, locate: (file: string) => file }
  fc.assert(
    fc.property(root, (document) => {
      const found = inferred(document)
      if (Object.keys(found.mapping).length === 0) return
      const { value, problems, warnings } = validate(parseYaml(formatDraft(heading, found)), machine)
      expect(value).toEqual({ targets: [{ name: "shop", url: "http://localhost/", ...found.mapping }] })
      expect([...problems, ...warnings]).toEqual([])
    }),
    { numRuns: 300 }
  )
})
