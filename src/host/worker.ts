import { getAsset, isSea } from "node:sea"
import { Worker } from "node:worker_threads"

/** The task of a worker. */
export type WorkerRole = "convert" | "parse" | "passwords"

/** Megabytes of heap. A text that needs more to be parsed ends its worker, not the process. */
const maxParseHeap = 512

/**
 * Starts a worker with the script of this program. There `parentPort` is set, and `workerData` is the role. The single
 * executable has the script of the worker as an asset.
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
