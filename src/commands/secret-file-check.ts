import { isAbsolute } from "node:path"
import * as Effect from "effect/Effect"
import type { NamedSecretFile } from "../config/configuration.ts"
import type { Diagnostic } from "../config/diagnostics.ts"
import { formatPath } from "../config/diagnostics.ts"
import { fileLimits, isAbsent, readFile } from "../host/file-reader.ts"

/** A secret file that cannot be used. `missing` is normal on a machine that only checks the configuration. */
interface Finding {
  readonly kind: "missing" | "unusable"
  readonly diagnostic: Diagnostic
}

/** Does not show the name: it may be the secret itself, given by mistake. */
const absent = (name: string) =>
  isAbsolute(name) ? "no such file" : "no such file in $CREDENTIALS_DIRECTORY or beside the configuration"

const look = ({ name, file, path, location }: NamedSecretFile): Effect.Effect<ReadonlyArray<Finding>> => {
  const diagnostic = (message: string) => ({ location, message: `${formatPath(path)}: ${message}` })
  return readFile(file, fileLimits.secret).pipe(
    Effect.map(
      (bytes): ReadonlyArray<Finding> =>
        bytes.toString("utf8").trim() === "" ? [{ kind: "unusable", diagnostic: diagnostic("the file is empty") }] : []
    ),
    Effect.catch(({ code, why }) => {
      const kind = isAbsent(code) || why === "no permission" ? "missing" : "unusable"
      return Effect.succeed([{ kind, diagnostic: diagnostic(isAbsent(code) ? absent(name) : why) } as const])
    })
  )
}

/**
 * Reads every file with a secret or a certificate that a configuration names. If `$CREDENTIALS_DIRECTORY` is set, the
 * configuration is meant to run here, and each file that cannot be used is a problem.
 */
export const checkSecretFiles = Effect.fnUntraced(function* (files: ReadonlyArray<NamedSecretFile>) {
  const found = (yield* Effect.forEach(files, look, { concurrency: "unbounded" })).flat()
  const of = (kind: Finding["kind"]) => found.filter((one) => one.kind === kind).map(({ diagnostic }) => diagnostic)
  return process.env.CREDENTIALS_DIRECTORY === undefined
    ? { problems: [], warnings: of("unusable"), notes: of("missing") }
    : { problems: found.map(({ diagnostic }) => diagnostic), warnings: [], notes: [] }
})
