import * as Result from "effect/Result"
import { BadPages, TooLarge, type UpstreamError } from "../client/errors.ts"
import { nextLink, type Page, type Pages } from "../client/pages.ts"
import { compileRelative, type Path, select } from "../jsonpath/evaluate.ts"
import { TooCostly } from "../mapping/document/cost.ts"
import { bodyAsJson, type FormatName } from "../mapping/document/document-format.ts"
import { type Json, parse } from "../mapping/document/json.ts"
import { linkHeader, type PageSettings } from "./schema/page-settings.ts"

const builtInMax = 100

/** The value that a path finds on a page, or null. */
type Find = (page: Page) => Result.Result<Json, UpstreamError>

const finder =
  (path: Path, format: FormatName): Find =>
  (page) => {
    const fail = (why: string) => Result.fail(new BadPages({ message: `page ${page.index + 1} is not JSON: ${why}` }))
    try {
      const document = Result.flatMap(bodyAsJson(format, page.body), parse)
      if (Result.isFailure(document)) return fail(document.failure)
      const [node, second] = select(path, document.success.root)
      if (second !== undefined)
        return Result.fail(new BadPages({ message: `${path.text} finds several values on page ${page.index + 1}` }))
      return Result.succeed(node?.value ?? null)
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error
      return Result.fail(new TooLarge({ limit: page.body.length, detail: error.message }))
    }
  }

const isEnd = (value: Json) => value === null || value === "" || value === false

const isEmpty = (value: Json) =>
  isEnd(value) || (typeof value === "object" && value !== null && Object.keys(value).length === 0)

const withParameter = (url: URL, name: string, value: string | number): URL => {
  const next = new URL(url)
  next.searchParams.set(name, String(value))
  return next
}

/** Pages that each contain the URL of the next page, or a cursor for a query parameter. */
const linked = (next: Find, param: string | undefined): Pick<Pages, "first" | "next"> => ({
  first: (url) => url,
  next: (page) =>
    Result.flatMap(next(page), (value) => {
      if (isEnd(value)) return Result.succeed(undefined)
      const fail = (what: string) => Result.fail(new BadPages({ message: `next on page ${page.index + 1} is ${what}` }))
      if (param !== undefined) {
        return typeof value === "string" || typeof value === "number"
          ? Result.succeed(withParameter(page.url, param, value))
          : fail("no cursor")
      }
      const url = typeof value === "string" ? URL.parse(value, page.url) : null
      return url === null ? fail("no URL") : Result.succeed(url)
    })
})

/** Pages that are requested by number or offset, until `hasMore` is false. */
const counted = (
  param: string,
  { from, step }: PageSettings,
  hasMore: (page: Page) => Result.Result<boolean, UpstreamError>
): Pick<Pages, "first" | "next"> => {
  const first = from ?? (step === undefined ? 1 : 0)
  return {
    first: (url) => withParameter(url, param, first),
    next: (page) =>
      Result.map(hasMore(page), (more) =>
        more ? withParameter(page.url, param, first + (page.index + 1) * (step ?? 1)) : undefined
      )
  }
}

const walkOf = (settings: PageSettings, format: FormatName): Pick<Pages, "first" | "next"> => {
  const { next, param, until_empty: list } = settings
  if (next === linkHeader) return linked(({ link }) => Result.succeed(nextLink(link) ?? null), undefined)
  if (next !== undefined) return linked(finder(compileRelative(next), format), param)
  const path = list ?? settings.while
  if (param === undefined || path === undefined) throw new Error("the rules let no such pages through")
  const find = finder(path, format)
  const isLast = list === undefined ? isEnd : isEmpty
  return counted(param, settings, (page) => Result.map(find(page), (value) => !isLast(value) && value !== 0))
}

/** How the pages of a target are requested. */
export const pagesOf = (settings: PageSettings, format: FormatName): Pages => ({
  max: settings.max ?? builtInMax,
  ...walkOf(settings, format)
})
