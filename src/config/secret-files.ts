import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { type Issue, issue } from "./issue.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import { isMap } from "./unknown-values.ts"

/** The file that a path of the configuration means. */
export type Locate = (path: string) => { readonly file: string; readonly exists: boolean }

/**
 * Looks a relative path up in `$CREDENTIALS_DIRECTORY`, where systemd puts the credentials of a unit (systemd.exec(5),
 * CREDENTIALS), and then beside the configuration.
 */
export const locateIn =
  (credentials: string | undefined, beside: string): Locate =>
  (path) => {
    const places = credentials === undefined ? [beside] : [credentials, beside]
    const found = places.map((directory) => resolve(directory, path)).find((file) => existsSync(file))
    return { file: found ?? resolve(beside, path), exists: found !== undefined }
  }

/** The settings that name a file with a secret or a certificate. */
const settings: ReadonlyArray<ReadonlyArray<string>> = [
  ["auth", "basic", "password_file"],
  ["auth", "bearer_token_file"],
  ["auth", "oauth2", "client_secret_file"],
  ["tls", "ca_file"],
  ["tls", "cert_file"],
  ["tls", "key_file"]
]

type Settings = Readonly<Record<string, unknown>>

const fileSettings = ({ headers_from }: Settings): ReadonlyArray<ReadonlyArray<string>> => [
  ...settings,
  ...(isMap(headers_from) ? Object.keys(headers_from) : []).map((name) => ["headers_from", name])
]

const at = (value: unknown, keys: ReadonlyArray<string>): unknown =>
  keys.reduce((holder: unknown, key) => (isMap(holder) ? holder[key] : undefined), value)

const withText = (holder: Settings, [key = "", ...rest]: ReadonlyArray<string>, text: string): Settings => {
  const inner = holder[key]
  return { ...holder, [key]: isMap(inner) ? withText(inner, rest, text) : text }
}

/** The settings of a target with its files' absolute paths. */
export const withFiles = (settings: Settings, locate: Locate): Settings =>
  fileSettings(settings).reduce((found, keys) => {
    const path = at(settings, keys)
    return typeof path === "string" ? withText(found, keys, locate(path).file) : found
  }, settings)

/** Files that are named but not there. */
export const missingFiles = ({ targetLike }: RawConfiguration, locate: Locate): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ settings, pathOf }) =>
    fileSettings(settings).flatMap((keys) => {
      const path = at(settings, keys)
      if (typeof path !== "string" || path === "" || locate(path).exists) return []
      // the name itself is not told: it may be the secret, given in place of its file
      const where = path.startsWith("/") ? "" : " in $CREDENTIALS_DIRECTORY or beside the configuration"
      return [issue(pathOf(...keys), `no such file${where}`)]
    })
  )
