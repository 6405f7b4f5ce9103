import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import { main } from "../cli.ts"
import { catchSignals } from "../host/signals.ts"
import { warmUp } from "./warm-up.ts"

/** Parts of Node that a snapshot must not contain: a thread of the new process would die when it first uses them. */
const forbidden = ["Internal Binding crypto", "Internal Binding stream_wrap"]

/** The public way to it, node:v8, would load stream_wrap. */
const { namespace } = process.getBuiltinModule("internal/v8/startup_snapshot") as unknown as {
  readonly namespace: { readonly setDeserializeMainFunction: (main: () => void) => void }
}

const take = Effect.gen(function* () {
  yield* warmUp
  // Node keeps the time of its earliest timer until a timer fires, even if that one was cleared. In the new process no
  // timer would fire before that time, so one must fire here.
  yield* Effect.sleep(1)
  const loaded: ReadonlyArray<string> = Reflect.get(process, "moduleLoadList")
  // for the build; process.stdout would load one of the forbidden parts
  writeSync(1, loaded.map((part) => `${part}\n`).join(""))
  const found = forbidden.filter((part) => loaded.includes(part))
  if (found.length > 0)
    return yield* Effect.die(
      `the snapshot would contain ${found.join(" and ")}: the warm-up has used node:v8, node:net, node:crypto or a stream of the process`
    )
  namespace.setDeserializeMainFunction(() => {
    catchSignals()
    main(process.argv.slice(2))
  })
})

/*
 * The single executable starts with the heap of a process that has loaded the program and warmed it up, without
 * arguments, files and sockets (https://nodejs.org/api/single-executable-applications.html#startup-snapshot-support).
 */
Effect.runPromise(take)
