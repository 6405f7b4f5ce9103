import { getAsset, isSea } from "node:sea"
import { Worker } from "node:worker_threads"

/** What a worker of this program is for. */
export type WorkerRole = "convert" | "parse" | "passwords"

/** Megabytes of heap. A text that takes more to read ends its worker, not the process. */
const maxParseHeap = 512

/**
 * A worker that runs this same program, which recognizes it by `parentPort` and its role by `workerData`. The single
 * executable has the worker's script as an asset.
 */
export const startWorker = (role: WorkerRole): Worker => {
  const options = {
    workerData: role,
    ...(role === "parse" && { resourceLimits: { maxOldGenerationSizeMb: maxParseHeap } })
  }
  return isSea()
    ? new Worker(getAsset("thread.js", "utf8"), { ...options, eval: true })
    : new Worker(process.argv[1] ?? "", options)
}
