import { onTestFinished, vi } from "vitest"

/** Stops the monotonic clock of the process until the test ends. The returned function sets it, in ms from now. */
export const stopMonotonicClock = (): ((milliseconds: number) => void) => {
  const start = process.hrtime.bigint()
  const clock = vi.spyOn(process.hrtime, "bigint").mockReturnValue(start)
  onTestFinished(() => clock.mockRestore())
  return (milliseconds) => void clock.mockReturnValue(start + BigInt(Math.round(milliseconds * 1e6)))
}
