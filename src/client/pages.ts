import * as Result from "effect/Result"
import { BadPages, type UpstreamError } from "./errors.ts"

/** One page of a response. */
export interface Page {
  readonly url: URL
  readonly body: Uint8Array
  readonly contentType: string | undefined
  /** The header (RFC 8288). */
  readonly link: string | undefined
  /** Counted from 0. */
  readonly index: number
}

/** How a response that comes in pages is requested. */
export interface Pages {
  /** Maximum number of pages. One more fails the poll. */
  readonly max: number
  /** The URL of the first page. */
  readonly first: (url: URL) => URL
  /** The URL of the page after this one; undefined if this is the last. */
  readonly next: (page: Page) => Result.Result<URL | undefined, UpstreamError>
}

const linkValue = /<([^>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g
const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i

/** The target of the link `rel="next"` of a Link header (RFC 8288, section 3). */
export const nextLink = (header: string | undefined): string | undefined => {
  for (const [, target, parameters = ""] of (header ?? "").matchAll(linkValue)) {
    const [, quoted, plain = ""] = relation.exec(parameters) ?? []
    if ((quoted ?? plain).toLowerCase().split(/\s+/).includes("next")) return target
  }
  return undefined
}

/** Follows the pages of one poll: the URL of each next page, unless it may not be requested. */
export class PageWalk {
  readonly #pages: Pages
  readonly #seen = new Set<string>()
  #index = 0

  constructor(pages: Pages) {
    this.#pages = pages
  }

  first(url: URL): URL {
    const first = this.#pages.first(url)
    this.#seen.add(first.href)
    return first
  }

  after(page: Omit<Page, "index">): Result.Result<URL | undefined, UpstreamError> {
    const index = this.#index++
    return Result.flatMap(this.#pages.next({ ...page, index }), (next) => {
      if (next === undefined) return Result.succeed(undefined)
      const fail = (message: string) => Result.fail(new BadPages({ message }))
      if (next.origin !== page.url.origin) return fail(`page ${index + 2} is of another origin`)
      if (this.#seen.has(next.href)) return fail(`page ${index + 2} is one that was read before`)
      if (this.#seen.size === this.#pages.max) return fail(`more than ${this.#pages.max} pages: pages: max allows more`)
      this.#seen.add(next.href)
      return Result.succeed(next)
    })
  }
}
