/** Bytes as they grow; what lies behind `size` means nothing. */
export interface Growing {
  bytes: Uint8Array<ArrayBuffer>
  /** Of the same bytes. */
  view: DataView<ArrayBuffer>
  size: number
}

export const growing = (capacity: number): Growing => growingIn(new Uint8Array(capacity))

/** In memory that is there, and whose bytes mean nothing. */
export const growingIn = (bytes: Uint8Array<ArrayBuffer>): Growing => ({
  bytes,
  view: new DataView(bytes.buffer),
  size: 0
})

/** Copies go by the word, and on to the end of the last one. */
const word = 4

/** Makes room for `more` bytes; what is there stays. */
export const reserve = (to: Growing, more: number): void => {
  const { bytes, size } = to
  const needed = size + more + word
  if (needed <= bytes.length) return
  to.bytes = new Uint8Array(Math.max(2 * bytes.length, needed))
  to.bytes.set(bytes.subarray(0, size))
  to.view = new DataView(to.bytes.buffer)
}

/** Adds a text of ASCII, for which there is room. */
export const put = (to: Growing, text: string): void => {
  const { bytes, size } = to
  for (let index = 0; index < text.length; index++) bytes[size + index] = text.charCodeAt(index)
  to.size = size + text.length
}

/** Adds a part of others, for which there is room. For parts as short as labels are, this is three times as fast as `TypedArray.set`. */
export const copy = (to: Growing, from: Growing, begin: number, end: number): void => {
  const { view, size } = to
  const source = from.view
  for (let at = begin; at < end; at += word) view.setUint32(size + at - begin, source.getUint32(at))
  to.size = size + end - begin
}

/** The same of bytes that have no view, and of which the parts are shorter still. */
export const copyPlace = (to: Growing, from: Uint8Array, begin: number, end: number): void => {
  const { bytes, size } = to
  const offset = size - begin
  for (let at = begin; at < end; at++) bytes[offset + at] = from[at] ?? 0
  to.size = offset + end
}
