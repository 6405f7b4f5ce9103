import { damage, storm } from "./storm.ts"

/** `npm run soak [SEED]`: the storm of the tests with 200,000 polls. Prints its figures, and fails if one is wrong. */
const plan = { seed: Number(process.argv[2] ?? Date.now() % 1_000_000), polls: 200_000, targets: 100 }
console.log(plan)
const figures = await storm(plan)
console.log(figures)
for (const text of damage(figures, plan)) {
  console.error(text)
  process.exitCode = 1
}
