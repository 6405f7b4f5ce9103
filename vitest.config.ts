import { defineConfig } from "vitest/config"

const files = (...names: ReadonlyArray<string>) => names.map((name) => `test/system/${name}.test.ts`)

/** Tests that boot a machine, or fill memory. */
const heavy = files("battery", "bench", "clients", "slow-scrape", "systemd/*")

/** Tests that assert a time or a share of the processor. */
const timed = files("cluster", "descriptors", "many-targets", "pages", "password-guesses", "storm")

export default defineConfig({
  test: {
    setupFiles: "test/setup.ts",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    execArgv: ["--disable-warning=ExperimentalWarning"], // tests talk to the kernel through node:ffi
    projects: [
      {
        // The files of a worker share its modules: importing them for each file would take half of the time.
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/system/**", "test/release/**"],
          isolate: false,
          maxWorkers: 3
        }
      },
      {
        // Whole programs with real servers and clocks. They wait more than they compute.
        extends: true,
        test: {
          name: "system",
          include: files("**/*"),
          exclude: [...heavy, ...timed],
          maxWorkers: 7,
          sequence: { groupOrder: 1 }
        }
      },
      {
        extends: true,
        test: { name: "heavy", include: heavy, maxWorkers: 3, sequence: { groupOrder: 2 } }
      },
      {
        extends: true,
        test: { name: "timed", include: timed, maxWorkers: 2, sequence: { groupOrder: 3 } }
      },
      {
        // Needs `npm run release` first, which takes minutes: `npm run test:release` does both.
        extends: true,
        test: {
          name: "release",
          include: ["test/release/**/*.test.ts"],
          testTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 }
        }
      }
    ]
  }
})
