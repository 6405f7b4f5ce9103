import { detach } from "./detach.ts"

/** Bytes that are allocated without regard to Content-Length. */
const first = 65_536

/**
 * The bytes received so far, in one buffer that grows with them. Chunks are copied, since a chunk of one byte costs a
 * hundred as an object. `announced` is the Content-Length, or NaN. At most four times the received bytes are allocated
 * for it.
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

  /** All of it, in memory of exactly its size. The buffer is empty afterwards. */
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
    const trusted = this.#announced >= size && this.#announced <= Math.max(first, 4 * size)
    // the first chunk is often all of the body
    return trusted ? this.#announced : Math.max(size, 2 * length)
  }

  #grow(capacity: number): void {
    // zeroed: only received bytes can ever be read
    const grown = Buffer.alloc(capacity)
    this.#bytes.copy(grown, 0, 0, this.size)
    detach(this.#bytes)
    this.#bytes = grown
  }
}
