// Loaded into the program under test by NODE_OPTIONS=--require: on SIGUSR2 it fills the heap until V8 gives up.
const { isMainThread } = require("node:worker_threads")

const fill = () => {
  const kept = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index })))
}

if (isMainThread) process.on("SIGUSR2", fill)
