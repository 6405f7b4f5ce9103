import { execFile } from "node:child_process"
import * as Effect from "effect/Effect"
import { loadFfi } from "./ffi.ts"

/** The way to the service manager: `send` takes `VARIABLE=value` lines (sd_notify(3)) and says whether they went out. */
export interface Channel {
  readonly name: "libsystemd" | "systemd-notify"
  readonly send: (state: string) => Effect.Effect<boolean>
}

/** A call of some 20 µs within the process, and so from its main process, which is all that `NotifyAccess=main` hears. */
const libsystemd = (): Channel | undefined => {
  const ffi = loadFfi()
  if (ffi === undefined) return undefined
  try {
    const { functions } = ffi.dlopen("libsystemd.so.0", {
      sd_notify: { arguments: ["int32", "string"], return: "int32" }
    })
    return { name: "libsystemd", send: (state) => Effect.sync(() => functions.sd_notify(0, state) > 0) }
  } catch {
    return undefined
  }
}

/** A child process per message: for a Node without `node:ffi` (before 26) or a machine without libsystemd. */
const systemdNotify: Channel = {
  name: "systemd-notify",
  send: (state) =>
    Effect.callback((resume) => {
      execFile("systemd-notify", state.split("\n"), { timeout: 5000 }, (error) =>
        resume(Effect.succeed(error === null))
      )
    })
}

/** The first channel that takes `greeting`, or nothing. Node itself has no sockets of the kind that systemd listens on. */
export const open = Effect.fnUntraced(function* (greeting: string) {
  for (const channel of [libsystemd(), systemdNotify]) {
    if (channel !== undefined && (yield* channel.send(greeting))) return channel
  }
  return undefined
})
