import { parentPort } from "node:worker_threads"
import { runWorker } from "../run-worker.ts"

if (parentPort !== null) runWorker(parentPort)
