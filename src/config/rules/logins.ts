import { type Issue, issue, issueOfKey } from "../diagnostics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
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

/** What is given has to be taken first, and what is taken has to be of use. */
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
