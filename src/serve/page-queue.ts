import { setImmediate } from "node:timers/promises"
import type { HttpResponse } from "./http-response.ts"

/**
 * Builds pages one at a time, so that scrapes and health checks wait for one page at most. Requests for the same page
 * that wait together share one copy.
 */
export class PageQueue {
  readonly #waiting = new Map<string, Promise<HttpResponse>>()
  #last: Promise<unknown> = Promise.resolve()

  /** The page, built after this call. */
  get(url: string, build: () => HttpResponse): Promise<HttpResponse> {
    const waiting = this.#waiting.get(url)
    if (waiting !== undefined) return waiting
    const page = this.#last.then(async () => {
      await setImmediate()
      this.#waiting.delete(url)
      return build()
    })
    this.#waiting.set(url, page)
    this.#last = page.catch(() => undefined)
    return page
  }
}
