import { parentPort } from "node:worker_threads"
import { digestFor } from "../../src/poll/conversion-worker.ts"

if (parentPort !== null) digestFor(parentPort)
