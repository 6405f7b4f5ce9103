import { defineConfig } from "vitest/config"

/** Tests that assert a time or an amount of memory. */
const measured = ["bench", "clients", "limits", "password-guesses", "slow-scrape", "storm"].map(
  (name) => `test/system/${name}.test.ts`
)

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ["--disable-warning=ExperimentalWarning"], // tests talk to the kernel through node:ffi
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/system/**"] }
      },
      {
        // Whole programs with real servers and clocks. They wait more than they compute, so three files run side by side.
        extends: true,
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          exclude: measured,
          maxWorkers: 3,
          sequence: { groupOrder: 1 }
        }
      },
      {
        // Tests that assert a time or an amount of memory run alone, so that no other test changes the figure.
        extends: true,
        test: {
          name: "measured",
          include: measured,
          fileParallelism: false,
          sequence: { groupOrder: 2 }
        }
      }
    ]
  }
})
