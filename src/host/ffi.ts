/** Loads node:ffi without its warning that it is experimental. Undefined before Node 26. */
export const loadFfi = (): typeof import("node:ffi") | undefined => {
  const emitWarning = process.emitWarning
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule("node:ffi")
  } finally {
    process.emitWarning = emitWarning
  }
}
