import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { BadPages, inStep, TooLarge, type UpstreamError } from "./errors.ts"
import { type Channel, type Fetched, type FreshResponse, runExchange, type Start } from "./exchange.ts"

/** One page of a response. */
export interface Page {
  readonly url: URL
  readonly body: Uint8Array
  readonly contentType: string | undefined
  /** The Link header (RFC 8288). */
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

const linkValue = /<([^<>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g
const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i

/** The target of the link `rel="next"` of a Link header (RFC 8288, section 3). */
export const nextLink = (header: string | undefined): string | undefined => {
  for (const [, target, parameters = ""] of (header ?? "").matchAll(linkValue)) {
    const [, quoted, plain = ""] = relation.exec(parameters) ?? []
    if ((quoted ?? plain).toLowerCase().split(/\s+/).includes("next")) return target
  }
  return undefined
}

/** Finds the URL of each next page of one poll, and checks that it may be requested. */
class PageWalk {
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
      if (next.origin !== page.url.origin) return fail(`page ${index + 2} has another origin`)
      if (this.#seen.has(next.href)) return fail(`page ${index + 2} was read before`)
      if (this.#seen.size === this.#pages.max) return fail(`more than ${this.#pages.max} pages: pages: max allows more`)
      this.#seen.add(next.href)
      return Result.succeed(next)
    })
  }
}

/**
 * Reads all pages of a response, or fails. Requests are never conditional: other pages may change while one does not.
 */
export const readPages = Effect.fnUntraced(function* (channel: Channel, pages: Pages, start: Start) {
  const walk = new PageWalk(pages)
  const { progress } = start
  const releases: Array<() => void> = []
  const release = () => {
    for (const one of releases) one()
  }
  const read = Effect.gen(function* () {
    const bodies: Array<Uint8Array> = []
    let [url, left]: [URL | undefined, number] = [walk.first(start.url), start.limit]
    let [status, contentType]: [number, string | undefined] = [0, undefined]
    while (url !== undefined) {
      progress.step = bodies.length === 0 ? undefined : `page ${bodies.length + 1}`
      const { response, ...fetched }: Fetched = yield* readPage(channel, {
        ...start,
        url,
        validators: undefined,
        limit: left
      })
      if (response._tag === "NotModified") return yield* Effect.die("a response that is not conditional is 304")
      if (response.release !== undefined) releases.push(response.release)
      bodies.push(response.body)
      left -= response.body.length
      if (bodies.length === 1) ({ status, contentType } = response)
      url = yield* Effect.fromResult(walk.after({ ...fetched, body: response.body, contentType: response.contentType }))
    }
    progress.step = undefined
    const [body = new Uint8Array(), ...more] = bodies
    const whole: FreshResponse = {
      _tag: "Fresh",
      status,
      body,
      pages: more,
      validators: undefined,
      contentType,
      release
    }
    return whole
  })
  return yield* Effect.onError(read, () => Effect.sync(release))
})

/** Reads one page. An error names the page, except the first one. */
const readPage = (channel: Channel, start: Start) => {
  const { step } = start.progress
  return Effect.mapError(runExchange(channel, start), (error) => {
    if (error._tag === "TooLarge" && error.detail === undefined)
      return new TooLarge({ limit: channel.request.maxBody, detail: longPages(channel.request.maxBody) })
    return step === undefined ? error : inStep(error, step)
  })
}

const longPages = (limit: number) => `the pages are longer than max_body, ${limit} bytes`
