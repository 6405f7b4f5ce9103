import { expect, test } from "vitest"
import { lines, load } from "./loading.ts"

test.each([
  ["json_exporter", "modules:\n  default:\n    metrics:\n      - name: x\n        path: '{.v}'\n", 1],
  ["Telegraf", '# comment\n[agent]\n  interval = "10s"\n[[inputs.http]]\n  urls = ["https://x/"]\n', 4],
  ["Prometheus", "global:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: x\n", 3]
])("a configuration of %s is an error that proposes poller convert", (program, text, line) => {
  const problems = lines(load(text).problems)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(
    new RegExp(`^poller.yml:${line}:1: this is a configuration of ${program}: .*poller convert `)
  )
})

test("a configuration of poller that contains their keys is no such error", () => {
  const text = `targets:
  - name: shop
    url: https://shop.example.com/
    body: |
      scrape_configs:
    metrics: { shop_up: { value: up, help: "[[inputs.http]]" } }
`
  expect(lines(load(text).problems)).toEqual([])
})
