import { expect, test } from "vitest"
import { damage, storm } from "./storm.ts"

test("thousands of polls with every fault leak neither memory nor descriptors", async () => {
  const plan = { seed: 20_261_123, polls: 4000, targets: 20 }
  const figures = await storm(plan)
  expect(damage(figures, plan)).toEqual([])
  expect(figures.polls).toBeGreaterThanOrEqual(plan.polls)
  expect(figures.scrapes).toBeGreaterThan(50)
}, 120_000)
