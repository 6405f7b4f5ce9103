import * as fc from "fast-check"
import { expect, test } from "vitest"
import { assemble } from "../../src/exposition/page.ts"
import { renderSamples, WriterPool } from "../../src/exposition/sample-writer.ts"
import { makeTargetRenderer, targetSamples } from "../../src/poll/target-samples.ts"
import { initialStatus, type TargetStatus } from "../../src/poll/target-status.ts"
import { aTarget } from "./polled-target.ts"

const initial = (name: string) => initialStatus(aTarget(name))

/** What happens to a target between two renderings. */
const changes: ReadonlyArray<(status: TargetStatus) => TargetStatus> = [
  (status) => ({ ...status, polls: status.polls + 1, lastSuccess: (status.lastSuccess ?? 0) + 1000 }),
  (status) => ({ ...status, polls: status.polls + 1, errors: { ...status.errors, timeout: status.polls } }),
  (status) => ({ ...status, dropped: { ...status.dropped, missing: status.dropped.missing + 1 } }),
  (status) => ({ ...status, skipped: status.skipped + 1 }),
  (status) => ({ ...status, series: status.series + 1 }),
  ({ target }) => initialStatus(target)
]

const step = fc.record({
  kind: fc.constantFrom("change", "change", "change", "add", "remove", "render"),
  target: fc.nat(9),
  change: fc.constantFrom(...changes)
})

test("reused blocks give the same page as new ones", () => {
  let kept = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const statuses = new Map<string, TargetStatus>()
      const writers = new WriterPool()
      const render = makeTargetRenderer(writers)
      let last = new Set<unknown>()
      for (const { kind, target, change } of steps) {
        const name = `t${target}`
        const status = statuses.get(name)
        if (kind === "add" && status === undefined) statuses.set(name, initial(name))
        else if (kind === "remove") statuses.delete(name)
        else if (kind === "change" && status !== undefined) statuses.set(name, change(status))
        else if (kind === "render") {
          const all = [...statuses.values()]
          const blocks = render(all)
          expect(String(assemble(blocks, "text"))).toBe(
            String(assemble(renderSamples(all.flatMap(targetSamples)), "text"))
          )
          kept += blocks.filter((block) => last.has(block)).length
          last = new Set(blocks)
        }
      }
    })
  )
  expect(kept).toBeGreaterThan(100)
})

test("a good poll renders four families again", () => {
  const render = makeTargetRenderer(new WriterPool())
  const status = { ...initial("shop"), lastSuccess: 1000 }
  const other = initial("api")
  const before = new Set(render([status, other]))
  const good = { seconds: 0.5, outcome: { _tag: "Good", bytes: 0, status: 200, result: undefined } } as const
  const polled = { ...status, polls: 1, lastSuccess: 2000, last: { ...good, at: 1500 } as never }
  const after = render([polled, other])
  const changed = after.filter((block) => !before.has(block)).map(({ family }) => family.name)
  expect(changed.sort()).toEqual([
    "poll_duration_seconds",
    "poll_last_success_timestamp_seconds",
    "poll_up",
    "polls_total"
  ])
})
