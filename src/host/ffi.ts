/** Loads node:ffi without its experimental warning, which would stand in every journal. Undefined before Node 26. */
export const loadFfi = (): typeof import("node:ffi") | undefined => {
  const emitWarning = process.emitWarning
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule("node:ffi")
  } finally {
    process.emitWarning = emitWarning
  }
}
