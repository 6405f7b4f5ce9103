import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { connections } from "../../src/host/limits.ts"
import { perHost } from "../../src/poll/limiter.ts"
import { targetSamples } from "../../src/poll/target-samples.ts"
import { initialStatus } from "../../src/poll/target-status.ts"
import { aTarget } from "../poll/polled-target.ts"

const file = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8")
const page = file("docs/scaling.md")

const number = (text = "") => Number(text.replaceAll(",", ""))

test("the table of docs/scaling.md has the limits that the code computes", () => {
  const rows = [...page.matchAll(/^\| ([\d,]+)\D* \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$/gm)]
  expect(rows.map(([, files]) => number(files))).toEqual([1024, 8192])
  for (const [, files, ...bounds] of rows) {
    const { polls, idle } = connections(number(files))
    expect(bounds.map(number)).toEqual([polls, perHost(polls), idle])
  }
})

test("the unit and the manifest have the limits that the page mentions", () => {
  const unit = file("deploy/systemd/poller.service")
  expect(unit).toContain("\nLimitNOFILE=8192\n")
  expect(unit).toContain("\nMemoryMax=1G\n")
  expect(file("deploy/kubernetes/poller.yaml")).toContain("limits: { memory: 512Mi }")
})

test("the page has the number of poller's own series for each target", () => {
  const series = targetSamples({ ...initialStatus(aTarget("shop")), lastSuccess: 1 }).length
  const documented = [...page.matchAll(/(\d+) series (?:of poller itself|for each\starget)/g)].map(([, count]) =>
    Number(count)
  )
  expect(documented).toEqual([series, series])
})

test("the page has the number of series by reason, and its example drops these", () => {
  const families = targetSamples(initialStatus(aTarget("shop"))).filter(({ labels }) =>
    labels.some(([name]) => name === "reason")
  )
  expect(page).toContain(`${families.length} of them count failed polls and dropped samples by reason`)
  const names = [...new Set(families.map(({ family }) => family.name))]
  expect(page).toContain(`\n        regex: ${names.join("|")}\n`)
})
