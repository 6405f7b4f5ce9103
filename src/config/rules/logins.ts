import * as Schema from "effect/Schema"
import { type Issue, issue, issueOfKey } from "../diagnostics.ts"
import type { RawConfiguration, RawLogin } from "../raw-configuration.ts"
import type { RawTarget } from "../raw-target.ts"
import { statusRange } from "../schema/target-settings.ts"
import { didYouMean } from "../suggest.ts"
import { asMap, isMap } from "../unknown-values.ts"

export const knownLogin = ({ targetLike, logins }: RawConfiguration): ReadonlyArray<Issue> => {
  const names = logins.map(({ name }) => name)
  return targetLike.flatMap(({ settings: { login }, pathOf }) =>
    typeof login !== "string" || names.includes(login)
      ? []
      : [issue(pathOf("login"), `logins has no entry ${login}${didYouMean(login, names)}`)]
  )
}

/** The names in braces of a template. */
const placeholders = (template: unknown): ReadonlyArray<string> =>
  typeof template === "string" ? [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name = ""]) => name) : []

/** A login must take every value that it gives, and use every value that it takes. */
export const takenAndGiven = ({ logins }: RawConfiguration): ReadonlyArray<Issue> =>
  logins.flatMap(({ settings: { take, give, json, form, logout }, path }) => {
    const taken = Object.keys(asMap(take))
    const { headers, params } = asMap(give)
    const templates = [
      ...Object.entries(asMap(headers)).map(([name, text]) => [["give", "headers", name], text] as const),
      ...Object.entries(asMap(params)).map(([name, text]) => [["give", "params", name], text] as const),
      [isMap(logout) ? ["logout", "url"] : ["logout"], isMap(logout) ? logout.url : logout] as const
    ]
    const used = templates.flatMap(([, text]) => placeholders(text))
    return [
      ...(json !== undefined && form !== undefined
        ? [issueOfKey([...path, "form"], "json is set too: keep one of them")]
        : []),
      ...templates.flatMap(([keys, text]) =>
        placeholders(text)
          .filter((name) => !taken.includes(name))
          .map((name) => issue([...path, ...keys], `take has no ${name}${didYouMean(name, taken)}`))
      ),
      ...taken
        .filter((name) => name !== "expires" && !used.includes(name))
        .map((name) =>
          issueOfKey(
            [...path, "take", name],
            `nothing uses it: give: { headers: { Authorization: "Bearer {${name}}" } }`
          )
        )
    ]
  })

const originOf = (url: unknown, base?: string): string | undefined =>
  typeof url === "string" && URL.canParse(url, base) ? new URL(url, base).origin : undefined

/** The values of a session must not be sent to another origin. */
export const logoutOfLogin = ({ logins }: RawConfiguration): ReadonlyArray<Issue> =>
  logins.flatMap(({ settings: { url, logout }, path }) => {
    const [keys, text] = isMap(logout) ? [["logout", "url"], logout.url] : [["logout"], logout]
    const origin = originOf(url)
    const other = typeof url === "string" && placeholders(text).length === 0 ? originOf(text, url) : undefined
    return origin === undefined || other === undefined || origin === other
      ? []
      : [issue([...path, ...keys], "is of another origin than the url of the login")]
  })

/** Each target with its login. */
const uses = ({ targetLike, logins }: RawConfiguration): ReadonlyArray<readonly [RawTarget, RawLogin]> =>
  targetLike.flatMap((target) => {
    const login = logins.find(({ name }) => name === target.settings.login)
    return login === undefined ? [] : [[target, login] as const]
  })

/** A login must not replace what a target sets itself. */
export const givenOnce = (file: RawConfiguration): ReadonlyArray<Issue> =>
  uses(file).flatMap(([{ settings, pathOf }, { name, settings: login }]) => {
    const given = Object.keys(asMap(asMap(login.give).headers)).map((header) => header.toLowerCase())
    const message = `login ${name} sets it too (give): keep one of them`
    return [
      ...(given.includes("authorization") && "auth" in settings ? [issueOfKey(pathOf("auth"), message)] : []),
      ...["headers", "headers_from"].flatMap((key) =>
        Object.keys(asMap(settings[key]))
          .filter((header) => given.includes(header.toLowerCase()))
          .map((header) => issueOfKey(pathOf(key, header), message))
      ),
      ...Object.keys(asMap(settings.params))
        .filter((param) => param in asMap(asMap(login.give).params))
        .map((param) => issueOfKey(pathOf("params", param), message))
    ]
  })

const ranges = (value: unknown) => {
  const decoded = Schema.decodeUnknownOption(Schema.Array(statusRange))(value)
  return decoded._tag === "Some" ? decoded.value : []
}

/** A target must not accept a status that its login treats as refused. */
export const acceptedAndRefused = (file: RawConfiguration): ReadonlyArray<Issue> =>
  uses(file).flatMap(([{ settings, pathOf }, { name, settings: login }]) => {
    const refused = ranges(login.refused ?? [401, 403])
    const both = ranges(settings.accept_status).find((one) =>
      refused.some((other) => one.from <= other.to && other.from <= one.to)
    )
    if (both === undefined) return []
    return [issue(pathOf("accept_status"), `accepts a status with which login ${name} says that a session was refused`)]
  })
