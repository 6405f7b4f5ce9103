import { type MessagePort, workerData } from "node:worker_threads"
import { runParseWorker } from "./config/parse-worker.ts"
import type { WorkerRole } from "./host/worker.ts"
import { runConversionWorker } from "./poll/conversion-worker.ts"
import { runPasswordWorker } from "./serve/web-config/passwords.ts"

const programs: Record<WorkerRole, (main: MessagePort) => void> = {
  convert: runConversionWorker,
  parse: runParseWorker,
  passwords: runPasswordWorker
}

/** Runs the program of this worker thread. */
export const runWorker = (main: MessagePort): void => programs[workerData as WorkerRole](main)
