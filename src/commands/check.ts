import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import type { Configuration } from "../config/configuration.ts"
import { formatDiagnostic, formatForTerminal } from "../config/diagnostics.ts"
import { discoverOnce } from "../discovery/discover-once.ts"
import { unmatched } from "../discovery/file-sd.ts"
import { badConfiguration } from "../failure.ts"
import { load } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print, printLines } from "./output.ts"
import { checkSecretFiles } from "./secret-file-check.ts"

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`

/** Reads the targets of file sources. Adds notes about HTTP sources, which it does not request, and missing files. */
const lists = Effect.fnUntraced(function* (configuration: Configuration) {
  const files = configuration.sources.filter(({ origin }) => origin._tag === "Files")
  const notes = yield* Effect.forEach(configuration.sources, ({ name, origin }) =>
    origin._tag === "Http"
      ? Effect.succeed([{ location: name, message: "not checked: it lists its targets over the network" }])
      : Effect.map(unmatched(origin.patterns), (patterns) =>
          patterns.map((location) => ({ location, message: "no such file: it lists no targets yet" }))
        )
  )
  return { ...(yield* discoverOnce(configuration, files)), notes: notes.flat() }
})

/** For URLs that contain times, notes with the URL of a poll now. Hides other query parameters: they may be secrets. */
const expandedUrls = Effect.fnUntraced(function* (targets: Configuration["targets"]) {
  const now = yield* Clock.currentTimeMillis
  return targets.flatMap(({ name, request }) => {
    const url = request.render?.(now).url
    if (url === undefined || url.href === request.url.href) return []
    const given = request.url.searchParams.getAll.bind(request.url.searchParams)
    const pairs = [...url.searchParams].map(([key, value]) => `${key}=${given(key).includes(value) ? "..." : value}`)
    const query = pairs.length === 0 ? "" : `?${pairs.join("&")}`
    return [{ location: name, message: `asked now, its URL is ${url.origin}${url.pathname}${query}` }]
  })
})

/**
 * Prints all findings about a configuration on stderr. Its secrets are often not on the machine that checks it, so a
 * missing one is an error only under systemd, with `$CREDENTIALS_DIRECTORY`.
 */
export const check = Command.make(
  "check",
  {
    files: flags.files,
    strict: flags.strict,
    config: flags.config,
    target: flags.target,
    interval: flags.interval,
    timeout: flags.timeout
  },
  Effect.fnUntraced(function* (input) {
    const loaded = yield* load(input)
    const { targets, diagnostics, notes } = yield* lists(loaded)
    const secrets = yield* checkSecretFiles(loaded.secretFiles)
    const problems = [...loaded.problems, ...secrets.problems]
    // poller starts despite these
    const warnings = [...loaded.warnings, ...secrets.warnings, ...diagnostics]
    const lines = [
      ...problems.map((problem) => formatForTerminal(problem, process.stderr.isTTY)),
      ...warnings.map((remark) => formatDiagnostic(remark, "warning")),
      ...[...secrets.notes, ...notes, ...(yield* expandedUrls(targets))].map((remark) =>
        formatDiagnostic(remark, "note")
      )
    ]
    const bad = problems.length > 0 || (input.strict && warnings.length > 0)
    if (bad) return yield* badConfiguration(...lines)
    yield* printLines(process.stderr, lines)
    yield* print(process.stdout, `${count(targets.length, "target")}, no problems\n`)
  })
).pipe(Command.withDescription("Report all problems of a configuration; touches no network"))
