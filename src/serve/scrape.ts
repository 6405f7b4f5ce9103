import { promisify } from "node:util"
import * as zlib from "node:zlib"
import * as Effect from "effect/Effect"
import { renderForeign } from "../exposition/foreign.ts"
import type { Format } from "../exposition/format.ts"
import { assemble } from "../exposition/page.ts"
import { ProcessMetrics, type Reading } from "../host/process-metrics.ts"
import { Board } from "../poll/board.ts"

const gzip = promisify(zlib.gzip)

interface Page {
  readonly version: number
  readonly reading: Reading
  readonly plain: Uint8Array
  zipped?: Promise<Uint8Array>
}

/**
 * The page of /metrics as bytes. It is joined when somebody asks and something has changed since, zipped likewise, and else served as it
 * lies there.
 */
export const makeScrape = Effect.gen(function* () {
  const board = yield* Board
  const own = yield* ProcessMetrics
  const pages = new Map<Format, Page>()

  const page = Effect.fnUntraced(function* (format: Format) {
    const reading = yield* own.read
    const version = board.version()
    const last = pages.get(format)
    if (last !== undefined && last.version === version && last.reading === reading) return last
    const page: Page = {
      version,
      reading,
      plain: assemble([...board.blocks(), ...renderForeign(reading)], format)
    }
    pages.set(format, page)
    return page
  })

  return Effect.fnUntraced(function* (format: Format, zipped: boolean) {
    const current = yield* page(format)
    if (!zipped) return current.plain
    current.zipped ??= gzip(current.plain, { level: 1 })
    return yield* Effect.promise(() => current.zipped as Promise<Uint8Array>)
  })
})
