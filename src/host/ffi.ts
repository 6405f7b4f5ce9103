/** Node warns once of an experimental feature when `node:ffi` is loaded; that is nothing a journal should keep. Nothing before Node 26. */
export const loadFfi = (): typeof import("node:ffi") | undefined => {
  const emitWarning = process.emitWarning
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule("node:ffi")
  } finally {
    process.emitWarning = emitWarning
  }
}
