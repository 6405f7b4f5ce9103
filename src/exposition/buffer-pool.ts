/**
 * Sample lines of this size or more (bytes) keep the buffer that they were written to. Smaller ones are copied out of
 * it.
 */
export const largeBlock = 65_536

/** Limit of unused memory in bytes: twice the 100,000 lines of a family, for each of two. */
const maxUnused = 32_000_000

/** Unused objects of one kind, up to `maxBytes` in all. */
export class SparePool<A> {
  readonly #unused: Array<A> = []
  readonly #make: () => A
  readonly #sizeOf: (object: A) => number
  #bytes = 0

  constructor(make: () => A, sizeOf: (object: A) => number) {
    this.#make = make
    this.#sizeOf = sizeOf
  }

  acquire(): A {
    const next = this.#unused.pop()
    if (next === undefined) return this.#make()
    this.#bytes -= this.#sizeOf(next)
    return next
  }

  release(object: A): void {
    const size = this.#sizeOf(object)
    if (this.#bytes + size > maxUnused) return
    this.#bytes += size
    this.#unused.push(object)
  }
}

/** A buffer with readers. */
interface Pin {
  readers: number
  /** Reused after the last reader. */
  isReleased: boolean
}

/**
 * The memory that large pages are written to. It is used again when no page and no reader has it: as garbage it would
 * start the collector every few polls, which then looks at the whole heap.
 */
export class BufferPool {
  /** The smallest first. */
  readonly #unused: Array<ArrayBuffer> = []
  readonly #pins = new WeakMap<ArrayBufferLike, Pin>()
  readonly #owners = new WeakMap<ArrayBuffer, (buffer: ArrayBuffer) => void>()
  #holds = 0

  /** A buffer of at least `bytes` bytes, contents undefined. */
  acquire(bytes: number): Uint8Array<ArrayBuffer> {
    const index = bytes < largeBlock ? -1 : this.#unused.findIndex(({ byteLength }) => byteLength >= bytes)
    const [used] = index < 0 ? [] : this.#unused.splice(index, 1)
    return used === undefined ? new Uint8Array(bytes) : new Uint8Array(used)
  }

  /** Adds memory without other users. */
  release(buffer: ArrayBuffer): void {
    const { byteLength } = buffer
    const unused = this.#unused.reduce((sum, other) => sum + other.byteLength, 0)
    if (byteLength < largeBlock || byteLength + unused > maxUnused) return
    const index = this.#unused.findIndex((other) => other.byteLength >= byteLength)
    this.#unused.splice(index < 0 ? this.#unused.length : index, 0, buffer)
  }

  /** The memory belongs to another owner, such as a worker, and is returned to it. */
  lend(buffer: ArrayBuffer, giveBack: (buffer: ArrayBuffer) => void): void {
    this.#owners.set(buffer, giveBack)
  }

  /** Lines that are on no page any more. Their memory is reused after their last reader. */
  recycle({ buffer, byteLength }: Uint8Array): void {
    if (byteLength < largeBlock) return
    const pin = this.#pins.get(buffer)
    if (pin === undefined) this.#reuse(buffer)
    else pin.isReleased = true
  }

  /** Keeps the memory of parts as it is until the returned function is called. */
  pin(parts: ReadonlyArray<Uint8Array>): () => void {
    const buffers = new Set(parts.flatMap(({ buffer, byteLength }) => (byteLength < largeBlock ? [] : buffer)))
    for (const buffer of buffers) {
      const known = this.#pins.get(buffer)
      if (known === undefined) this.#pins.set(buffer, { readers: 1, isReleased: false })
      else known.readers++
    }
    return () => {
      for (const buffer of buffers) {
        const pin = this.#pins.get(buffer)
        if (pin === undefined || --pin.readers > 0) continue
        this.#pins.delete(buffer)
        if (pin.isReleased) this.#reuse(buffer)
      }
      buffers.clear()
    }
  }

  /** Until the returned function is called, the memory of recycled lines is left to the collector: a page is built. */
  hold(): () => void {
    this.#holds++
    return () => {
      this.#holds--
    }
  }

  #reuse(buffer: ArrayBufferLike): void {
    if (this.#holds > 0 || !(buffer instanceof ArrayBuffer)) return
    const owner = this.#owners.get(buffer)
    if (owner === undefined) this.release(buffer)
    else owner(buffer)
  }
}
