import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import { main } from "../cli.ts"
import { catchSignals } from "../host/signals.ts"
import { rehearse } from "./rehearsal.ts"

/**
 * Parts of Node that make any thread die at its first use of them, if the process began from a snapshot with them in
 * it.
 */
const forbidden = ["Internal Binding crypto", "Internal Binding stream_wrap"]

/** The public way to it, node:v8, brings stream_wrap along. */
const { namespace } = process.getBuiltinModule("internal/v8/startup_snapshot") as unknown as {
  readonly namespace: { readonly setDeserializeMainFunction: (main: () => void) => void }
}

const take = Effect.gen(function* () {
  yield* rehearse
  // until a timer fires, Node keeps to the time of the earliest that it ever had, also if that was cleared: in a new
  // process none might fire before
  yield* Effect.sleep(1)
  const loaded: ReadonlyArray<string> = Reflect.get(process, "moduleLoadList")
  // for the build; process.stdout would be one of those parts
  writeSync(1, loaded.map((part) => `${part}\n`).join(""))
  const found = forbidden.filter((part) => loaded.includes(part))
  if (found.length > 0)
    return yield* Effect.die(
      `the snapshot would hold ${found.join(" and ")}: the rehearsal has used node:v8, node:net, node:crypto or a stream of the process`
    )
  namespace.setDeserializeMainFunction(() => {
    catchSignals()
    main(process.argv.slice(2))
  })
})

/*
 * The single executable begins as the heap of a process that has read the program and rehearsed it, at a time when
 * there was neither an argument nor a file nor a socket
 * (https://nodejs.org/api/single-executable-applications.html#startup-snapshot-support).
 */
Effect.runPromise(take)
