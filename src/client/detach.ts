/**
 * Frees the memory of a buffer at once, unless other buffers share it. Unused buffers would otherwise reach three times
 * the size of the heap, and V8 would collect garbage far too often.
 */
export const detach = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
