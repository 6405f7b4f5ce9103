/**
 * Frees what bytes take at once, where they share their memory with no others: a collector that sees three megabytes of dead buffers for each one
 * on its heap runs far too often.
 */
export const detach = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
