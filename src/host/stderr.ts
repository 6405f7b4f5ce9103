/** Bytes that may wait for a slow reader of stderr. What comes beyond them is dropped and counted. */
const maxQueued = 1_000_000

let dropped = 0

/**
 * Writes a log line to stderr. Node queues without bound what a pipe does not take, so a reader that stopped would fill
 * the memory. Once it reads again, `notice` says how many lines are missing.
 */
export const writeLine = (line: string, notice: (dropped: number) => string): void => {
  const { stderr } = process
  if (stderr.writableLength <= maxQueued && dropped === 0) {
    stderr.write(`${line}\n`)
    return
  }
  dropped += 1
  if (dropped > 1) return
  stderr.once("drain", () => {
    stderr.write(`${notice(dropped)}\n`)
    dropped = 0
  })
}
