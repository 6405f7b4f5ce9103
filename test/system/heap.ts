import { join } from "node:path"
import type { Program } from "./program.ts"

/** The environment of a program whose heap is measured. Not by the inspector, which the executable does not open. */
export const env = { NODE_OPTIONS: `--require ${join(import.meta.dirname, "heap.cjs")}` }

/** Measures the heap of a program that was started with `env`: bytes in use after a full garbage collection. */
export const heapOf = (program: Program) => {
  let count = 0
  return async (): Promise<number> => {
    program.child.kill("SIGUSR2")
    const [, bytes] = await program.line(new RegExp(`^heap ${++count}: (\\d+)$`))
    return Number(bytes)
  }
}
