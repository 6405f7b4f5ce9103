import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BufferPool } from "../exposition/buffer-pool.ts"
import { contentType, type Format } from "../exposition/format.ts"
import { compress, gzip } from "../exposition/gzip.ts"
import { acceptsGzip, negotiateFormat } from "../exposition/negotiate.ts"
import { pageChunks } from "../exposition/page.ts"
import { renderPromClient } from "../exposition/prom-client.ts"
import { memoize } from "../host/memoize.ts"
import { ProcessMetrics, type Reading } from "../host/process-metrics.ts"
import type { PageFragment } from "../poll/page-fragments.ts"
import { StateStore } from "../poll/state-store.ts"
import { Writers } from "../poll/writers.ts"
import { type HttpResponse, makeResponse } from "./http-response.ts"

/** Time between two checks. A fragment is prepared if it did not change in this time. */
const checkInterval = "250 millis"

/** Milliseconds. A fragment with a poll that is due sooner is not prepared, even if no client scrapes. */
const minQuiet = 1000

interface Page {
  readonly version: number
  readonly reading: Reading
  readonly chunks: ReadonlyArray<Uint8Array>
  plain?: HttpResponse
  zipped?: HttpResponse
  /** The compression in progress, shared by all requests that wait for it. */
  zipping?: Promise<HttpResponse>
}

const pageResponse = (
  format: Format,
  body: ReadonlyArray<Uint8Array>,
  encoding: Readonly<Record<string, string>> = {}
): HttpResponse =>
  makeResponse(body, { "content-type": contentType[format], vary: "Accept, Accept-Encoding", ...encoding })

/** Pages of at most this size (bytes) are one part: writing one takes less time than writing several. */
const maxJoined = 524_288

const joined = (chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> =>
  chunks.reduce((size, { length }) => size + length, 0) <= maxJoined ? [Buffer.concat(chunks)] : chunks

const zip = async (page: Page, format: Format, pool: BufferPool) => {
  const unpin = pool.pin(page.chunks)
  page.zipped = pageResponse(format, [await gzip(page.chunks, pool)], { "content-encoding": "gzip" })
  unpin()
  return page.zipped
}

const formatOf = memoize(negotiateFormat)
const wantsGzip = memoize(acceptsGzip)

/**
 * The page of /metrics as bytes. `scrape` builds and compresses it if something has changed since the last request.
 * Otherwise `ready` returns it, without an effect to run.
 */
export const makeScrape = Effect.gen(function* () {
  const store = yield* StateStore
  const own = yield* ProcessMetrics
  const pool = (yield* Writers).buffers
  const pages = new Map<Format, Page>()
  const clock = yield* Clock.Clock
  /** The time of the last scrape (epoch milliseconds), and the time between it and the scrape before. */
  let scrapedAt = 0
  let scrapeInterval = 0
  /** Whether clients ask for gzip, as Prometheus does; undefined before the first scrape. */
  let isZipped: boolean | undefined

  const noteScrape = (gzipped: boolean) => {
    const now = clock.currentTimeMillisUnsafe()
    scrapeInterval = now - scrapedAt
    scrapedAt = now
    isZipped = isZipped === true || gzipped
  }

  /** The last page, if nothing has changed since. */
  const currentPage = (format: Format, reading: Reading | undefined) => {
    const last = pages.get(format)
    return last !== undefined && last.version === store.version() && last.reading === reading ? last : undefined
  }

  const ready = (accept: string | undefined, encoding: string | undefined): HttpResponse | undefined => {
    const page = currentPage(formatOf(accept), own.latest())
    const found = wantsGzip(encoding) ? page?.zipped : page?.plain
    if (found !== undefined) noteScrape(wantsGzip(encoding))
    return found
  }

  const page = Effect.fnUntraced(function* (format: Format) {
    const reading = yield* own.read
    const last = currentPage(format, reading)
    if (last !== undefined) return last
    const version = store.version()
    const blocks = renderPromClient(reading).slice()
    let work = 0
    for (const fragment of store.fragments()) {
      // many targets take many milliseconds: other fibers run in between
      if (!fragment.isCached() && work++ > 1) yield* Effect.yieldNow
      blocks.push(...fragment.blocks())
    }
    const page: Page = { version, reading, chunks: pageChunks(blocks, format) }
    pages.set(format, page)
    return page
  })

  const scrape = Effect.fnUntraced(function* (accept: string | undefined, encoding: string | undefined) {
    const format = formatOf(accept)
    noteScrape(wantsGzip(encoding))
    const current = yield* page(format)
    if (!wantsGzip(encoding)) {
      current.plain ??= pageResponse(format, joined(current.chunks))
      return current.plain
    }
    current.zipping ??= zip(current, format, pool)
    const { zipping } = current
    return yield* Effect.promise(() => zipping)
  })

  /**
   * Renders and compresses the fragments that have not changed since the last check and are not polled again before the
   * next scrape is expected. The others would have to be rendered again for that scrape. Returns whether another check
   * is needed, since a fragment has changed.
   */
  const prepare = Effect.fnUntraced(function* (seen: WeakMap<PageFragment, number>) {
    const nextScrape = Math.max(scrapedAt + scrapeInterval, clock.currentTimeMillisUnsafe() + minQuiet)
    let hasChanged = false
    let checked = 0
    for (const fragment of store.fragments()) {
      if (fragment.isCached()) continue
      // `nextTick` goes through all targets of the fragment
      if (checked++ > 0) yield* Effect.yieldNow
      if (fragment.nextTick() < nextScrape) continue
      const version = fragment.version()
      if (seen.get(fragment) !== version) {
        seen.set(fragment, version)
        hasChanged = true
        continue
      }
      yield* Effect.yieldNow
      for (const { lines } of fragment.blocks()) if (isZipped !== false) compress(lines, pool)
    }
    return hasChanged
  })

  /** Prepares most of the page before the next scrape. This includes the first scrape, which would be the slowest. */
  const ahead = Effect.gen(function* () {
    const seen = new WeakMap<PageFragment, number>()
    while (true) {
      yield* store.change
      do yield* Effect.sleep(checkInterval)
      while (yield* prepare(seen))
    }
  })

  return { ready, scrape, ahead }
})

export type Scrape = Effect.Success<typeof makeScrape>
