import { defineConfig } from "vitest/config"

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
        // whole programs, with real servers, clients and clocks: one at a time, so that none waits for another's load
        extends: true,
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 1 }
        }
      }
    ]
  }
})
