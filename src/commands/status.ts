import * as Clock from "effect/Clock"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { badConfiguration, failure } from "../failure.ts"
import { fileLimits, readFile } from "../host/file-reader.ts"
import type { TargetDetails, TargetReport } from "../serve/target-report.ts"
import { askDaemon, schemeOf, type Where } from "./daemon-request.ts"
import * as flags from "./flags.ts"
import { printLines } from "./output.ts"
import { statusDetails, statusTable } from "./status-table.ts"

const name = Argument.String("name").pipe(Argument.withDescription("One target, in detail"), Argument.optional)

const show = Flag.Literals("show", ["down", "partial", "waiting", "up"]).pipe(
  Flag.withDescription(flags.described("show", "Only targets in this state")),
  Flag.optional
)

const json = Flag.Boolean("json").pipe(
  Flag.withDescription(flags.described("json", "Print JSON, for scripts")),
  Flag.withDefault(false)
)

const basic = flags
  .text("basic", "USER:FILE", "User, and file with the password, if the pages need one")
  .pipe(Flag.optional)

/** Parses an address, or the path of the socket that the unit listens on. */
const whereOf = (text: string): Effect.Effect<Where, ReturnType<typeof badConfiguration>> =>
  text.startsWith("/")
    ? Effect.succeed({ socketPath: text })
    : Effect.map(flags.addresses([text]), ([address]) => address ?? { host: undefined, port: 9180 })

const credentials = Effect.fnUntraced(function* (text: Option.Option<string>) {
  if (Option.isNone(text)) return {}
  const [, user = "", file = ""] = /^([^:]*):(.+)$/.exec(text.value) ?? []
  if (file === "") return yield* badConfiguration("--basic: expected USER:FILE")
  const bytes = yield* Effect.mapError(readFile(file, fileLimits.secret), ({ why }) =>
    badConfiguration(`${file}: cannot be read: ${why}`)
  )
  const pair = `${user}:${bytes.toString("utf8").replace(/\r?\n$/, "")}`
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }
})

export const status = Command.make(
  "status",
  { name, addr: flags.addr, webConfig: flags.webConfig, show, json, basic },
  Effect.fnUntraced(function* (input) {
    const scheme = yield* schemeOf(input.webConfig)
    const headers = yield* credentials(input.basic)
    const query = Option.match(input.show, { onNone: () => "", onSome: (one) => `?state=${one}` })
    const path = Option.match(input.name, {
      onNone: () => `/api/targets${query}`,
      onSome: (one) => `/api/targets/${encodeURIComponent(one)}`
    })
    for (const text of input.addr) {
      const { url, status, body } = yield* askDaemon(scheme, yield* whereOf(text), path, headers)
      if (status === 401) return yield* failure(`${url}: the pages need a password: --basic USER:FILE`)
      if (status === 404 && Option.isSome(input.name)) return yield* failure(`${url}: no target ${input.name.value}`)
      if (status !== 200) return yield* failure(`${url}: status ${status}`)
      const now = yield* Clock.currentTimeMillis
      const value = yield* Effect.try({
        try: (): unknown => JSON.parse(body),
        catch: () => failure(`${url}: the response is not JSON: is this a poller?`)
      })
      const lines = input.json
        ? [body.trimEnd()]
        : yield* Effect.try({
            try: () =>
              Option.isSome(input.name)
                ? statusDetails(value as TargetDetails, now)
                : statusTable((value as { readonly targets: ReadonlyArray<TargetReport> }).targets, now),
            catch: () => failure(`${url}: the response does not describe targets: is this a poller of this version?`)
          })
      yield* printLines(process.stdout, lines)
    }
  })
).pipe(Command.withDescription("Print the targets of a running daemon as a table"))
