import * as Effect from "effect/Effect"
import { renderForeign } from "../exposition/foreign.ts"
import type { Format } from "../exposition/format.ts"
import { gzip } from "../exposition/gzip.ts"
import { pieces } from "../exposition/page.ts"
import { ProcessMetrics, type Reading } from "../host/process-metrics.ts"
import { Board } from "../poll/board.ts"

interface Page {
  readonly version: number
  readonly reading: Reading
  readonly pieces: ReadonlyArray<Uint8Array>
  plain?: Uint8Array
  zipped?: Promise<Uint8Array>
}

/**
 * The page of /metrics as bytes. It is joined or compressed when somebody asks for it so and something has changed since, and else
 * served as it lies there.
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
    const page: Page = { version, reading, pieces: pieces([...board.blocks(), ...renderForeign(reading)], format) }
    pages.set(format, page)
    return page
  })

  return Effect.fnUntraced(function* (format: Format, zipped: boolean) {
    const current = yield* page(format)
    if (!zipped) {
      current.plain ??= Buffer.concat(current.pieces)
      return current.plain
    }
    current.zipped ??= gzip(current.pieces)
    const { zipped: bytes } = current
    return yield* Effect.promise(() => bytes)
  })
})
