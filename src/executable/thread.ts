import { parentPort } from "node:worker_threads"
import { digestFor } from "../poll/digest-thread.ts"

if (parentPort !== null) digestFor(parentPort)
