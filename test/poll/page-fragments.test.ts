import * as Duration from "effect/Duration"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { assemble } from "../../src/exposition/page.ts"
import { renderSamples } from "../../src/exposition/sample-writer.ts"
import { makeTargetFragments } from "../../src/poll/page-fragments.ts"
import { hash32 } from "../../src/poll/shard.ts"
import { initialStatus, type TargetStatus } from "../../src/poll/target-status.ts"
import { aTarget } from "./polled-target.ts"

const family = { name: "queue_depth", type: "gauge", help: "Jobs." } as const

/** Targets and their fragments. */
const makePage = () => {
  const statuses = new Map<string, TargetStatus>()
  const fragments = makeTargetFragments((name) => statuses.get(name))
  const show = (name: string, value: number, status: TargetStatus) => {
    const blocks = renderSamples([{ family, labels: [["job", name]], value }])
    statuses.set(name, { ...status, series: 1, blocks })
  }
  return {
    ...fragments,
    add: (name: string, interval = 10) => {
      const target = aTarget(name, { interval: Duration.seconds(interval) })
      show(name, 0, initialStatus(target))
      fragments.add(target)
    },
    change: (name: string, value: number) => {
      const status = statuses.get(name)
      if (status === undefined) return
      show(name, value, status)
      fragments.invalidate(name)
    },
    remove: (name: string) => {
      statuses.delete(name)
      fragments.remove(name)
    },
    /** The job lines of each fragment, in the order of the page. */
    jobs: () =>
      fragments
        .fragments()
        .map((fragment) =>
          [...String(assemble(fragment.blocks(), "text")).matchAll(/^queue_depth.*$/gm)].map(([line]) => line)
        ),
    expected: () => [...statuses.keys()]
  }
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `node-${index}`)
const depth = (name: string, value: number) => `queue_depth{job="${name}"} ${value}`

test("targets are in the order of their ticks, in whatever order they were added", () => {
  const one = makePage()
  const other = makePage()
  for (const name of names(300)) one.add(name)
  for (const name of names(300).reverse()) other.add(name)
  const order = names(300)
    .sort((left, right) => hash32(left) - hash32(right))
    .map((name) => depth(name, 0))
  expect(one.jobs().flat()).toEqual(order)
  expect(other.jobs().flat()).toEqual(order)
})

test("targets with the same interval are next to each other", () => {
  const page = makePage()
  for (const [index, name] of names(20).entries()) page.add(name, index % 2 === 0 ? 10 : 60)
  const slow = page
    .jobs()
    .flat()
    .map((line) => Number(/node-(\d+)/.exec(line)?.[1]) % 2)
  expect(slow).toEqual([...slow].sort())
})

test("a change invalidates only its own fragment", () => {
  const page = makePage()
  for (const name of names(1000)) page.add(name)
  expect(page.fragments().length).toBeGreaterThan(7)
  for (const fragment of page.fragments()) fragment.blocks()
  page.change("node-7", 7)
  expect(page.fragments().filter((fragment) => !fragment.isCached())).toHaveLength(1)
  expect(page.jobs().flat()).toContain(depth("node-7", 7))
  page.remove("node-7")
  expect(page.fragments().filter((fragment) => !fragment.isCached())).toHaveLength(1)
  expect(page.jobs().flat()).not.toContain(depth("node-7", 7))
})

test("after any changes each target is there once with its last value, and fragments have at most 128 targets", () => {
  const step = fc.record({ kind: fc.constantFrom("add", "add", "add", "remove", "change", "look"), n: fc.nat(400) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: "max" }), (steps) => {
      const page = makePage()
      const expected = new Map<string, number>()
      for (const [value, { kind, n }] of steps.entries()) {
        const name = `node-${n}`
        if (kind === "look") page.jobs()
        else if (kind === "add" && !expected.has(name)) {
          page.add(name)
          expected.set(name, 0)
        } else if (kind === "remove" && expected.delete(name)) page.remove(name)
        else if (kind === "change" && expected.has(name)) {
          page.change(name, value)
          expected.set(name, value)
        }
      }
      const jobs = page.jobs()
      expect(jobs.flat().sort()).toEqual(Array.from(expected, ([name, value]) => depth(name, value)).sort())
      expect(Math.max(0, ...jobs.map((lines) => lines.length))).toBeLessThanOrEqual(128)
      expect(jobs.every((lines) => lines.length > 0)).toBe(true)
    }),
    { numRuns: 30 }
  )
})
