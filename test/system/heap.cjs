// Loaded into the program under test by NODE_OPTIONS=--require: on SIGUSR2 it collects all garbage and prints what is left.
const v8 = require("node:v8")
const { runInNewContext } = require("node:vm")
const { isMainThread } = require("node:worker_threads")

let count = 0

const measure = () => {
  v8.setFlagsFromString("--expose-gc")
  runInNewContext("gc")()
  process.stderr.write(`heap ${++count}: ${v8.getHeapStatistics().used_heap_size}\n`)
}

if (isMainThread) process.on("SIGUSR2", measure)
