import { resolve } from "node:path"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Request } from "../client/request.ts"

/** The flags for credentials. */
export interface CredentialFlags {
  readonly bearerTokenFile: Option.Option<string>
  readonly basic: Option.Option<string>
  readonly headerFrom: ReadonlyArray<string>
  readonly header: ReadonlyArray<string>
}

/** Credentials for the request, and the same as settings of the draft, which name the files with the secrets. */
export interface InitCredentials {
  readonly request: Pick<Request, "auth" | "headers" | "headersFrom">
  readonly settings: Readonly<Record<string, unknown>>
  /** Notes about files that the user has yet to write. */
  readonly notes: ReadonlyArray<string>
}

export const credentialFlags = "--bearer-token-file FILE, --basic USER:FILE or --header-from NAME=FILE"

/** A % that does not start an escape is literal. */
const decoded = (text: string) => decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"))

/** The path of a secret file: in `$CREDENTIALS_DIRECTORY` of systemd if it is there, else in the current directory. */
const secretFile = (file: string, exists: (path: string) => boolean) => {
  const directory = process.env.CREDENTIALS_DIRECTORY
  const inDirectory = directory === undefined ? undefined : resolve(directory, file)
  return { path: inDirectory !== undefined && exists(inDirectory) ? inDirectory : resolve(file) }
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const isEmpty = (entries: Readonly<Record<string, unknown>>) => Object.keys(entries).length === 0

/** Credentials from the flags and the user in the URL. Returns an error message if they are wrong. */
export const initCredentials = (
  { bearerTokenFile, basic, headerFrom, header }: CredentialFlags,
  url: URL | undefined,
  name: string,
  exists: (path: string) => boolean
): InitCredentials | string => {
  const given = [
    Option.isSome(bearerTokenFile) && "--bearer-token-file",
    Option.isSome(basic) && "--basic",
    url !== undefined && url.username !== "" && "the user in the URL"
  ].filter((flag) => flag !== false)
  if (given.length > 1) return `${given.join(" and ")}: give one of them`
  const headersFrom: Record<string, string> = {}
  for (const text of headerFrom) {
    const [, name = "", file = ""] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (!headerName.test(name) || file === "")
      return `--header-from ${text}: expected NAME=FILE, such as X-Api-Key=shop-key`
    headersFrom[name] = file
  }
  const headers: Record<string, string> = {}
  for (const text of header) {
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(text) ?? []
    if (!headerName.test(name)) return `--header: expected NAME:VALUE, such as Accept:application/json`
    headers[name] = value
  }
  const settings = {
    ...(isEmpty(headers) ? undefined : { headers }),
    ...(isEmpty(headersFrom) ? undefined : { headers_from: headersFrom })
  }
  const request = {
    auth: undefined,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Redacted.make(value)])),
    headersFrom: Object.fromEntries(Object.entries(headersFrom).map(([name, file]) => [name, secretFile(file, exists)]))
  }
  if (Option.isSome(bearerTokenFile)) {
    const file = bearerTokenFile.value
    const auth = { _tag: "Bearer" as const, token: secretFile(file, exists) }
    return { request: { ...request, auth }, settings: { auth: { bearer_token_file: file }, ...settings }, notes: [] }
  }
  if (Option.isSome(basic)) {
    const [, username = "", file = ""] = /^([^:]+):(.+)$/.exec(basic.value) ?? []
    if (username === "" || file === "") return "--basic: expected USER:FILE, such as poller:shop-password"
    const auth = { _tag: "Basic" as const, username, password: secretFile(file, exists) }
    return {
      request: { ...request, auth },
      settings: { auth: { basic: { username, password_file: file } }, ...settings },
      notes: []
    }
  }
  if (url === undefined || url.username === "") return { request, settings, notes: [] }
  const [username, password] = [decoded(url.username), decoded(url.password)]
  const file = `${name}-password`
  return {
    request: { ...request, auth: { _tag: "Basic", username, password: Redacted.make(password) } },
    settings: { auth: { basic: { username, password_file: file } }, ...settings },
    notes: [`Write the password into the file ${file}.`]
  }
}
