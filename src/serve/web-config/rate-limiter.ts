/**
 * A token bucket like that of golang.org/x/time/rate: it starts with `burst` tokens, its maximum, and gains one each
 * `interval` milliseconds.
 */
export class RateLimiter {
  readonly #interval: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(interval: number, burst: number, now: number) {
    this.#interval = interval
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Takes a token. Returns false if there is none. */
  allow(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) / this.#interval)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
