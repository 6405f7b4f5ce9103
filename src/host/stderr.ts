/** Bytes that may wait for a slow reader of stderr. Further lines are dropped and counted. */
const maxQueued = 1_000_000

let dropped = 0

/**
 * Writes a log line to stderr. Node queues what a pipe does not take, without a limit, so a reader that has stopped
 * would fill the memory. When it reads again, it gets the line of `notice`, with the number of dropped lines.
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
