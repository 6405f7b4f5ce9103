import { parentPort } from "node:worker_threads"
import { runConversionWorker } from "../poll/conversion-worker.ts"

if (parentPort !== null) runConversionWorker(parentPort)
