import { exitAtOnce } from "./exit.ts"
import { catchSignals } from "./signals.ts"

/** A line that nobody reads, or that a full disk does not take, is lost; what comes after it is written again, and the program is not its log. */
const loseOutput = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
}

/**
 * Each name that is looked up holds a thread until its servers answer, and libuv gives half of its threads to that: of its usual four, two
 * names whose servers are silent would keep all other targets from being looked up. A thread that waits costs some 10 kB; the first use fixes the number.
 */
const widenThreadpool = () => {
  process.env.UV_THREADPOOL_SIZE ??= "64"
}

/** What a process does before anything else. */
export const begin = (): void => {
  catchSignals()
  loseOutput()
  widenThreadpool()
  exitAtOnce()
}
