import * as Effect from "effect/Effect"
import { renderForeign } from "../exposition/foreign.ts"
import { contentType, type Format } from "../exposition/format.ts"
import { gzip } from "../exposition/gzip.ts"
import { acceptsGzip, negotiateFormat } from "../exposition/negotiate.ts"
import { pieces } from "../exposition/page.ts"
import { ProcessMetrics, type Reading } from "../host/process-metrics.ts"
import { Board } from "../poll/board.ts"
import { remember } from "./remember.ts"

/** A finished answer. */
export interface Scraped {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface Page {
  readonly version: number
  readonly reading: Reading
  readonly pieces: ReadonlyArray<Uint8Array>
  plain?: Scraped
  zipped?: Scraped
  /** The compression that is under way, for all who wait for it. */
  zipping?: Promise<Scraped>
}

const scraped = (format: Format, body: Uint8Array, encoding: Readonly<Record<string, string>> = {}): Scraped => ({
  headers: {
    "content-type": contentType[format],
    vary: "Accept, Accept-Encoding",
    ...encoding,
    "content-length": String(body.length)
  },
  body
})

const zip = async (page: Page, format: Format) => {
  page.zipped = scraped(format, await gzip(page.pieces), { "content-encoding": "gzip" })
  return page.zipped
}

const formatOf = remember(negotiateFormat)
const wantsGzip = remember(acceptsGzip)

/**
 * The page of /metrics as bytes. It is joined or compressed when somebody asks for it so and something has changed since, and else
 * served as it lies there: `ready` has it then, without an effect to run.
 */
export const makeScrape = Effect.gen(function* () {
  const board = yield* Board
  const own = yield* ProcessMetrics
  const pages = new Map<Format, Page>()

  const standing = (format: Format, reading: Reading | undefined) => {
    const last = pages.get(format)
    return last !== undefined && last.version === board.version() && last.reading === reading ? last : undefined
  }

  const ready = (accept: string | undefined, encoding: string | undefined): Scraped | undefined => {
    const page = standing(formatOf(accept), own.latest())
    return wantsGzip(encoding) ? page?.zipped : page?.plain
  }

  const page = Effect.fnUntraced(function* (format: Format) {
    const reading = yield* own.read
    const last = standing(format, reading)
    if (last !== undefined) return last
    const page: Page = {
      version: board.version(),
      reading,
      pieces: pieces([...board.blocks(), ...renderForeign(reading)], format)
    }
    pages.set(format, page)
    return page
  })

  const scrape = Effect.fnUntraced(function* (accept: string | undefined, encoding: string | undefined) {
    const format = formatOf(accept)
    const current = yield* page(format)
    if (!wantsGzip(encoding)) {
      current.plain ??= scraped(format, Buffer.concat(current.pieces))
      return current.plain
    }
    current.zipping ??= zip(current, format)
    const { zipping } = current
    return yield* Effect.promise(() => zipping)
  })

  return { ready, scrape }
})

export type Scrape = Effect.Success<typeof makeScrape>
