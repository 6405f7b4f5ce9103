import { exitAtOnce } from "./exit.ts"

/** A failed write to stdout or stderr must not end the process. `print` reports the failure where it matters. */
const ignoreStreamErrors = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
}

/**
 * getaddrinfo(3) uses a thread until the name servers respond, and libuv gives it half of its threads. With the usual
 * four, two names with silent servers would block all other lookups. A waiting thread costs about 10 kB. libuv reads
 * the variable only once, when it first needs a thread.
 */
const enlargeThreadPool = () => {
  process.env.UV_THREADPOOL_SIZE ??= "64"
}

/**
 * Closes Node's inspector, unless --inspect opened it: SIGUSR1 opens it until poller catches the signal. The public way
 * to close it, `node:inspector`, would take 5 ms and 3 MB.
 */
const closeInspector = () => {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""]
  if (!options.some((option) => option.includes("--inspect"))) setImmediate(() => Reflect.get(process, "_debugEnd")?.())
}

/** Prepares the process for its work. The signals are caught earlier, see bootstrap.ts. */
export const prepareProcess = (): void => {
  ignoreStreamErrors()
  enlargeThreadPool()
  exitAtOnce()
  closeInspector()
}
