import { timeProblem } from "../../client/time-template.ts"
import { type Issue, issue, issueOfKey } from "../diagnostics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import { authKeys } from "../schema/auth.ts"
import type { KeyPath } from "../source-map.ts"
import { isMap } from "../unknown-values.ts"

export const headersOnce = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ settings, pathOf }) => {
    const names = (key: string) => (isMap(settings[key]) ? Object.keys(settings[key]) : [])
    const given = names("headers").map((name) => name.toLowerCase())
    return [
      ...names("headers_from")
        .filter((name) => given.includes(name.toLowerCase()))
        .map((name) => issueOfKey(pathOf("headers_from", name), "headers has it too: keep one of them")),
      ...["headers", "headers_from"].flatMap((key) =>
        names(key)
          .filter((name) => name.toLowerCase() === "authorization" && "auth" in settings)
          .map((name) => issueOfKey(pathOf(key, name), "auth sets it too: keep one of them"))
      )
    ]
  })

/** `defaults`, and the settings that a target or source sets itself. So an error is reported once, where it stands. */
const holders = ({ defaults, targetLike }: RawConfiguration) => [
  { path: ["defaults"], settings: defaults },
  ...targetLike.map(({ path, own }) => ({ path, settings: own }))
]

export const oneAuth = (file: RawConfiguration): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings }) => {
    if (!isMap(settings.auth)) return []
    const given = authKeys.filter((kind) => isMap(settings.auth) && kind in settings.auth)
    if (given.length === 1) return []
    const found = given.length === 0 ? "none" : given.join(" and ")
    return [issue([...path, "auth"], `expected one of ${authKeys.join(", ")}, got ${found}`)]
  })

/** The keys of `oauth2` that a grant needs, and those that it does not use. */
const grantKeys = {
  client_credentials: { needs: ["client_secret_file"], excludes: ["username", "password_file"] },
  password: { needs: ["username", "password_file"], excludes: [] }
} as const

export const keysOfGrant = (file: RawConfiguration): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings: { auth } }) => {
    const oauth2 = isMap(auth) ? auth.oauth2 : undefined
    if (!isMap(oauth2)) return []
    const isPassword = oauth2.grant === "password"
    const { needs, excludes } = grantKeys[isPassword ? "password" : "client_credentials"]
    const at = [...path, "auth", "oauth2"]
    return [
      ...needs
        .filter((key) => !(key in oauth2))
        .map((key) => issue([...at, key], isPassword ? "missing: grant: password needs it" : "missing")),
      ...excludes.filter((key) => key in oauth2).map((key) => issueOfKey([...at, key], "needs grant: password"))
    ]
  })

/** The strings of a setting that may contain times, with their paths. */
const stringsIn = (value: unknown): ReadonlyArray<readonly [path: KeyPath, text: string]> => {
  if (typeof value === "string") return [[[], value]]
  if (value === null || typeof value !== "object") return []
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, inner]) =>
    stringsIn(inner).map(([path, text]) => [[isList ? Number(key) : key, ...path], text] as const)
  )
}

/** Settings that may contain times. */
const timedKeys = ["url", "params", "headers", "body"]

export const timesOfRequests = (file: RawConfiguration): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings }) =>
    timedKeys.flatMap((key) =>
      stringsIn(settings[key]).flatMap(([inner, text]) => {
        const problem = timeProblem(text)
        return problem === undefined ? [] : [issue([...path, key, ...inner], problem)]
      })
    )
  )

/** Checks the URL of each detail once, also in shared mappings. */
export const timesOfDetails = ({ targetLike, mappings }: RawConfiguration): ReadonlyArray<Issue> => {
  const own = targetLike.filter(({ settings }) => !("mapping" in settings))
  return [...own, ...mappings.values()].flatMap(({ details }) =>
    details.flatMap(({ path, url }) => {
      const problem = timeProblem(url)
      return problem === undefined ? [] : [issue([...path, "url"], `${problem}; a field of this name is {['now']}`)]
    })
  )
}

/** The error in the combination of the keys of `pages`; undefined if there is none. */
const pagesProblem = (pages: Readonly<Record<string, unknown>>): string | undefined => {
  const given = (keys: ReadonlyArray<string>) => keys.filter((key) => key in pages)
  if ("next" in pages) {
    const [useless] = given(["until_empty", "while", "from", "step"])
    if (useless !== undefined) return `${useless} is for pages that are counted: next already says what follows`
    return pages.next === "link" && "param" in pages ? "next: link is a URL and needs no param" : undefined
  }
  if (!("param" in pages)) return "needs next, or param with until_empty or while"
  const ends = given(["until_empty", "while"])
  return ends.length === 1
    ? undefined
    : `param needs one of until_empty and while, got ${ends.length === 0 ? "none" : "both"}`
}

export const formOfPages = (file: RawConfiguration): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings: { pages } }) => {
    const problem = isMap(pages) ? pagesProblem(pages) : undefined
    return problem === undefined ? [] : [issue([...path, "pages"], problem)]
  })

/** HTTP settings, which do not apply to a file. */
const httpKeys = [
  "params",
  "headers",
  "headers_from",
  "body",
  "method",
  "accept_status",
  "proxy",
  "login",
  "pages",
  "auth",
  "tls"
]

export const filesAreRead = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ own, path, details }) =>
    typeof own.url === "string" && own.url.startsWith("file:")
      ? [
          ...httpKeys
            .filter((key) => key in own)
            .map((key) => issueOfKey([...path, key], "is for HTTP, and the url is a file: remove it")),
          ...("mapping" in own && details.length > 0
            ? [issue([...path, "mapping"], "has rows with get, which is for HTTP, and the url is a file")]
            : details.map(({ path: at }) => issueOfKey(at, "is for HTTP, and the url is a file: remove it")))
        ]
      : []
  )

/** Network settings do not apply to a target behind a unix socket. */
export const socketsArePlain = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ own, path }) =>
    typeof own.url === "string" && own.url.startsWith("http+unix:")
      ? ["proxy", "tls"]
          .filter((key) => key in own)
          .map((key) => issueOfKey([...path, key], "is for a network, and the url is a unix socket: remove it"))
      : []
  )

export const userOnce = ({ targetLike }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ settings: { auth, url }, path }) => {
    const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined
    if (auth === undefined || parsed === undefined || parsed.username + parsed.password === "") return []
    return [issue([...path, "url"], "has a user, and there is also auth: keep one of them")]
  })

export const keyWithCertificate = (file: RawConfiguration): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings: { tls } }) => {
    if (!isMap(tls) || "cert_file" in tls === "key_file" in tls) return []
    const [given, other] = "cert_file" in tls ? ["cert_file", "key_file"] : ["key_file", "cert_file"]
    return [issue([...path, "tls", given], `needs ${other} too`)]
  })
