import { parentPort } from "node:worker_threads"
import { runConversionWorker } from "../../src/poll/conversion-worker.ts"

if (parentPort !== null) runConversionWorker(parentPort)
