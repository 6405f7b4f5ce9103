import { defineConfig } from "vitest/config"

/** Tests that assert a time or an amount of memory, or boot a machine. */
const serial = [
  "battery",
  "bench",
  "clients",
  "descriptors",
  "many-targets",
  "pages",
  "password-guesses",
  "slow-scrape",
  "storm",
  "systemd/*"
].map((name) => `test/system/${name}.test.ts`)

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ["--disable-warning=ExperimentalWarning"], // tests talk to the kernel through node:ffi
    projects: [
      {
        // The files of a worker share its modules: importing them for each file would take half of the time.
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/system/**", "test/release/**"],
          isolate: false
        }
      },
      {
        // Whole programs with real servers and clocks. They wait more than they compute, so three files run side by
        // side.
        extends: true,
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          exclude: serial,
          maxWorkers: 3,
          sequence: { groupOrder: 1 }
        }
      },
      {
        // These run alone, so that no other test changes the figure.
        extends: true,
        test: {
          name: "serial",
          include: serial,
          fileParallelism: false,
          sequence: { groupOrder: 2 }
        }
      },
      {
        // Needs `npm run release` first, which takes minutes: `npm run test:release` does both.
        extends: true,
        test: {
          name: "release",
          include: ["test/release/**/*.test.ts"],
          testTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 }
        }
      }
    ]
  }
})
