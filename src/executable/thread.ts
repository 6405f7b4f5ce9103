import { parentPort } from "node:worker_threads"
import { digestFor } from "../poll/conversion-worker.ts"

if (parentPort !== null) digestFor(parentPort)
