import { getAsset, isSea } from "node:sea"
import { Worker } from "node:worker_threads"

/** Another thread of this very program, which sees by `parentPort` what it is. In the single executable its text lies beside the program. */
export const startThread = (): Worker =>
  isSea() ? new Worker(getAsset("thread.js", "utf8"), { eval: true }) : new Worker(process.argv[1] ?? "")
