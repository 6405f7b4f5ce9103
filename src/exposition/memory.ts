/**
 * The memory that large pages are written in. It is used again once no page shows it: as garbage it would bring the collector with every few polls, which
 * then looks at everything else too.
 */

/** Lines from this size on (bytes) stay in the memory that they were written in; smaller ones are copied out of it. */
export const large = 65_536

/** So much at most (bytes) waits to be used again: twice what the 100,000 lines of a family take, for each of two. */
const most = 32_000_000

/** The smallest first. */
const spare: Array<ArrayBuffer> = []
let readers = 0

/** Memory of so many bytes or more; what is in it means nothing. */
export const memoryOf = (bytes: number): Uint8Array<ArrayBuffer> => {
  const index = bytes < large ? -1 : spare.findIndex(({ byteLength }) => byteLength >= bytes)
  const [used] = index < 0 ? [] : spare.splice(index, 1)
  return used === undefined ? new Uint8Array(bytes) : new Uint8Array(used)
}

/** Keeps memory that nobody else has. */
export const keep = (memory: ArrayBuffer): void => {
  const { byteLength } = memory
  if (byteLength < large || byteLength + spare.reduce((sum, other) => sum + other.byteLength, 0) > most) return
  const index = spare.findIndex((other) => other.byteLength >= byteLength)
  spare.splice(index < 0 ? spare.length : index, 0, memory)
}

/** From here to its `release`, somebody puts lines together or compresses them. */
export const hold = (): void => {
  readers++
}

export const release = (): void => {
  readers--
}

/** How many readers a buffer has that is being sent, and whether it is to be used again after the last of them. */
interface Pin {
  readers: number
  isReleased: boolean
}

const pins = new WeakMap<ArrayBufferLike, Pin>()

/** Keeps large parts as they are until the returned function is called. */
export const pin = (parts: ReadonlyArray<Uint8Array>): (() => void) => {
  const buffers = new Set(parts.flatMap(({ buffer, byteLength }) => (byteLength < large ? [] : buffer)))
  for (const buffer of buffers) {
    const known = pins.get(buffer)
    if (known === undefined) pins.set(buffer, { readers: 1, isReleased: false })
    else known.readers++
  }
  return () => {
    for (const buffer of buffers) {
      const pin = pins.get(buffer)
      if (pin === undefined || --pin.readers > 0) continue
      pins.delete(buffer)
      if (pin.isReleased) takeBack(buffer)
    }
    buffers.clear()
  }
}

const lenders = new WeakMap<ArrayBuffer, (memory: ArrayBuffer) => void>()

/** Memory of somebody who wants it back. */
export const lendFrom = (takeBack: (memory: ArrayBuffer) => void, memory: ArrayBuffer): void =>
  void lenders.set(memory, takeBack)

/** Of lines that stand no longer, and that nobody will ask for again. What somebody puts together or compresses just now is left to the collector. */
export const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (byteLength < large) return
  const pin = pins.get(buffer)
  if (pin === undefined) takeBack(buffer)
  else pin.isReleased = true
}

const takeBack = (buffer: ArrayBufferLike): void => {
  if (readers > 0 || !(buffer instanceof ArrayBuffer)) return
  const lender = lenders.get(buffer) ?? keep
  lender(buffer)
}
