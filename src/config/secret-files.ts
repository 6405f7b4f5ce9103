import { existsSync } from "node:fs"
import { isAbsolute, resolve } from "node:path"
import type { RawConfiguration } from "./raw-configuration.ts"
import { authFiles } from "./schema/auth.ts"
import type { KeyPath } from "./source-map.ts"
import { isMap } from "./unknown-values.ts"

/** Resolves a path of the configuration to an absolute path. */
export type Locate = (path: string) => string

/**
 * Looks up a relative path in `$CREDENTIALS_DIRECTORY`, where systemd puts the credentials of a unit (systemd.exec(5),
 * CREDENTIALS), and then beside the configuration. It checks only in the first directory whether the file exists: the
 * other one may be on a file system that hangs.
 */
export const locateIn =
  (credentials: string | undefined, beside: string): Locate =>
  (path) => {
    const credential = credentials === undefined ? undefined : resolve(credentials, path)
    return credential !== undefined && !isAbsolute(path) && existsSync(credential) ? credential : resolve(beside, path)
  }

/**
 * Settings that name a file with a secret or a certificate, except those in `headers_from` and in the bodies of logins.
 */
const settings: ReadonlyArray<ReadonlyArray<string>> = [
  ...authFiles.map((keys) => ["auth", ...keys]),
  ["tls", "ca_file"],
  ["tls", "cert_file"],
  ["tls", "key_file"]
]

type Settings = Readonly<Record<string, unknown>>

/** The paths of `{ file: F }` in the body of a login. */
const filesIn = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  if (!isMap(value)) return []
  if (typeof value.file === "string" && Object.keys(value).length === 1) return [[...path, "file"]]
  return Object.entries(value).flatMap(([key, inner]) => filesIn(inner, [...path, key]))
}

const fileSettings = ({ headers_from, json, form }: Settings): ReadonlyArray<ReadonlyArray<string>> => [
  ...settings,
  ...(isMap(headers_from) ? Object.keys(headers_from) : []).map((name) => ["headers_from", name]),
  ...filesIn(json, ["json"]),
  ...filesIn(form, ["form"])
]

const at = (value: unknown, keys: ReadonlyArray<string>): unknown =>
  keys.reduce((holder: unknown, key) => (isMap(holder) ? holder[key] : undefined), value)

const withText = (holder: Settings, [key = "", ...rest]: ReadonlyArray<string>, text: string): Settings => {
  const inner = holder[key]
  return { ...holder, [key]: isMap(inner) ? withText(inner, rest, text) : text }
}

/** Makes the paths of secret files in the settings absolute. */
export const withFiles = (settings: Settings, locate: Locate): Settings =>
  fileSettings(settings).reduce((found, keys) => {
    const path = at(settings, keys)
    return typeof path === "string" ? withText(found, keys, locate(path)) : found
  }, settings)

/**
 * Makes the paths of secret files and of target lists in a whole configuration absolute. Its parts may be in different
 * directories.
 */
export const withAbsoluteFiles = (value: unknown, locateFor: (path: KeyPath) => Locate): unknown => {
  if (!isMap(value)) return value
  const inDefaults = (defaults: Settings) =>
    Object.fromEntries(
      Object.entries(defaults).map(([key, setting]) => [
        key,
        withFiles({ [key]: setting }, locateFor(["defaults", key]))[key]
      ])
    )
  const inSource = (source: Settings, locate: Locate) => ({
    ...withFiles(source, locate),
    ...(isMap(source.http) && { http: withFiles(source.http, locate) }),
    ...(Array.isArray(source.files) && {
      files: source.files.map((file) => (typeof file === "string" ? locate(file) : file))
    })
  })
  const inList = (key: string, f: (item: Settings, locate: Locate) => unknown) => {
    const list = value[key]
    if (!Array.isArray(list)) return {}
    return { [key]: list.map((item, index) => (isMap(item) ? f(item, locateFor([key, index])) : item)) }
  }
  return {
    ...value,
    ...(isMap(value.defaults) && { defaults: inDefaults(value.defaults) }),
    ...(isMap(value.logins) && {
      logins: Object.fromEntries(
        Object.entries(value.logins).map(([name, login]) => [
          name,
          isMap(login) ? withFiles(login, locateFor(["logins", name])) : login
        ])
      )
    }),
    ...inList("targets", withFiles),
    ...inList("targets_from", inSource)
  }
}

/** A setting that names a file with a secret or a certificate, and that file. */
export interface SecretFileSetting {
  readonly path: KeyPath
  /** As written in the configuration. By mistake it may be the secret itself, so do not show it. */
  readonly name: string
  /** Absolute. */
  readonly file: string
}

/** All files with secrets or certificates of a configuration. */
export const secretFiles = (
  { targetLike, logins }: RawConfiguration,
  locate: Locate
): ReadonlyArray<SecretFileSetting> =>
  [
    ...targetLike,
    ...logins.map(({ settings, path }) => ({
      settings,
      pathOf: (...keys: ReadonlyArray<string>) => [...path, ...keys]
    }))
  ].flatMap(({ settings, pathOf }) =>
    fileSettings(settings).flatMap((keys) => {
      const name = at(settings, keys)
      return typeof name === "string" && name !== "" ? [{ path: pathOf(...keys), name, file: locate(name) }] : []
    })
  )
