import { exitAtOnce } from "./exit.ts"

/** A failed write to stdout or stderr must not end the process; `print` reports it where it matters. */
const ignoreStreamErrors = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
}

/**
 * getaddrinfo(3) holds a thread until the name servers answer, and libuv gives it half of its threads. With the usual
 * four, two names with silent servers would block all other lookups. A waiting thread costs about 10 kB. The first use
 * fixes the number.
 */
const widenThreadpool = () => {
  process.env.UV_THREADPOOL_SIZE ??= "64"
}

/**
 * Until poller catches it, SIGUSR1 opens Node's inspector. It stays open only for somebody who asked for it with
 * --inspect. `node:inspector`, the public way to close it, would take 5 ms and 3 MB.
 */
const closeInspector = () => {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""]
  if (!options.some((option) => option.includes("--inspect"))) setImmediate(() => Reflect.get(process, "_debugEnd")?.())
}

/** What a process needs before its first work; the signals are caught before, see bootstrap.ts. */
export const prepareProcess = (): void => {
  ignoreStreamErrors()
  widenThreadpool()
  exitAtOnce()
  closeInspector()
}
