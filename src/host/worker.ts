import { getAsset, isSea } from "node:sea"
import { Worker } from "node:worker_threads"

/** A worker that runs this same program, which recognizes it by `parentPort`. The single executable has the worker's script as an asset. */
export const startWorker = (): Worker =>
  isSea() ? new Worker(getAsset("thread.js", "utf8"), { eval: true }) : new Worker(process.argv[1] ?? "")
