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

/** From here to its `release`, somebody reads lines that stand: puts them together, compresses or sends them. */
export const hold = (): void => {
  readers++
}

export const release = (): void => {
  readers--
}

const lenders = new WeakMap<ArrayBuffer, (memory: ArrayBuffer) => void>()

/** Memory of somebody who wants it back. */
export const lendFrom = (takeBack: (memory: ArrayBuffer) => void, memory: ArrayBuffer): void =>
  void lenders.set(memory, takeBack)

/** Of lines that stand no longer, and that nobody will ask for again. What somebody reads just now is left to the collector. */
export const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (readers > 0 || byteLength < large || !(buffer instanceof ArrayBuffer)) return
  const takeBack = lenders.get(buffer) ?? keep
  takeBack(buffer)
}
