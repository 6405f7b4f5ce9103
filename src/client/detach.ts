/**
 * Frees the memory of a buffer at once, unless other buffers share it. Otherwise the collector would run far too often:
 * dead buffers are three times the size of its heap.
 */
export const detach = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
