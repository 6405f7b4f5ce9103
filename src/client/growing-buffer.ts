import { detach } from "./detach.ts"

/** A Content-Length up to this (bytes) is allocated at once. */
const alwaysTrusted = 65_536

/**
 * The bytes received so far, in one buffer that grows. Chunks are copied, since a chunk of one byte takes a hundred
 * bytes as an object. `announced` is the Content-Length, or NaN. Above 64 KiB it is allocated only once a quarter of it
 * has been received.
 */
export class GrowingBuffer {
  readonly #announced: number
  #bytes = Buffer.alloc(0)
  size = 0

  constructor(announced: number) {
    this.#announced = announced
  }

  /** How many more bytes an append would allocate. */
  growthFor(bytes: number): number {
    return this.#capacityFor(this.size + bytes) - this.#bytes.length
  }

  append(chunk: Uint8Array): void {
    const size = this.size + chunk.length
    if (size > this.#bytes.length) this.#grow(this.#capacityFor(size))
    this.#bytes.set(chunk, this.size)
    this.size = size
  }

  /** Returns all bytes in memory of exactly their size, and empties the buffer. */
  take(): Buffer {
    const { length, buffer } = this.#bytes
    const bytes = length === this.size ? this.#bytes : Buffer.from(buffer.transfer(this.size))
    this.#bytes = Buffer.alloc(0)
    this.size = 0
    return bytes
  }

  #capacityFor(size: number): number {
    const { length } = this.#bytes
    if (size <= length) return length
    const trusted = this.#announced >= size && this.#announced <= Math.max(alwaysTrusted, 4 * size)
    // no spare room for the first chunk, which is often the whole body
    return trusted ? this.#announced : Math.max(size, 2 * length)
  }

  #grow(capacity: number): void {
    // zeroed, so that no old memory can be read
    const grown = Buffer.alloc(capacity)
    this.#bytes.copy(grown, 0, 0, this.size)
    detach(this.#bytes)
    this.#bytes = grown
  }
}
