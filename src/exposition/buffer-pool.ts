/**
 * Sample lines of this size or more (bytes) keep the buffer that they were written to. Smaller ones are copied out of
 * it.
 */
export const largeBlock = 65_536

/**
 * Limit of unused memory in bytes: enough for the old and the new lines of two families with 100,000 series of 80 bytes
 * each.
 */
const maxUnused = 32_000_000

/** Unused objects of one kind, up to `maxUnused` bytes in all. */
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
  /** Whether the buffer is reused after the last reader. */
  isReleased: boolean
}

/**
 * The memory of large blocks of lines. It is reused when no page and no reader uses it. Without reuse, garbage
 * collection would start every few polls and scan the whole heap.
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

  /** Adds memory that nothing else uses. */
  release(buffer: ArrayBuffer): void {
    const { byteLength } = buffer
    const unused = this.#unused.reduce((sum, other) => sum + other.byteLength, 0)
    if (byteLength < largeBlock || byteLength + unused > maxUnused) return
    const index = this.#unused.findIndex((other) => other.byteLength >= byteLength)
    this.#unused.splice(index < 0 ? this.#unused.length : index, 0, buffer)
  }

  /** For memory of another owner, such as a worker: `giveBack` is called instead of reusing it here. */
  lend(buffer: ArrayBuffer, giveBack: (buffer: ArrayBuffer) => void): void {
    this.#owners.set(buffer, giveBack)
  }

  /** Takes back lines that are on no page any more. Their memory is reused after their last reader. */
  recycle({ buffer, byteLength }: Uint8Array): void {
    if (byteLength < largeBlock) return
    const pin = this.#pins.get(buffer)
    if (pin === undefined) this.#reuse(buffer)
    else pin.isReleased = true
  }

  /** Adds a reader of the parts: their memory is not reused until the returned function is called. */
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

  /**
   * Call before a page is built: its lines are not pinned yet. Until the returned function is called, recycled memory
   * is left to the garbage collector.
   */
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
