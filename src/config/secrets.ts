import type { Issue } from "./issues.ts"
import type { KeyPath } from "./source.ts"
import { isMap, type Survey } from "./survey.ts"

/** Finds the file that a path of the configuration means: absolute, or undefined where there is none. */
export type Locate = (path: string) => string | undefined

const files: ReadonlyArray<ReadonlyArray<string>> = [
  ["auth", "basic", "password_file"],
  ["auth", "bearer_token_file"],
  ["auth", "oauth2", "client_secret_file"],
  ["tls", "ca_file"],
  ["tls", "cert_file"],
  ["tls", "key_file"]
]

/** Files with secrets and certificates that are named but not there. */
export const absentFiles = ({ targets }: Survey, locate: Locate): ReadonlyArray<Issue> =>
  targets.flatMap(({ settings, pathOf }) => {
    const headers = isMap(settings.headers_from) ? Object.keys(settings.headers_from) : []
    return [...files, ...headers.map((name) => ["headers_from", name])].flatMap((keys) => {
      const [first = "", ...rest] = keys
      const path: KeyPath = pathOf(first, ...rest)
      const file = keys.reduce((holder: unknown, key) => (isMap(holder) ? holder[key] : undefined), settings)
      if (typeof file !== "string" || file === "" || locate(file) !== undefined) return []
      // the name itself is not told: it may be the secret, given in place of its file
      const where = file.startsWith("/") ? "" : " in $CREDENTIALS_DIRECTORY or beside the configuration"
      return [{ path, about: "value" as const, message: `no such file${where}`, expected: false }]
    })
  })
