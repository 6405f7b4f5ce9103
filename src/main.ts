import "./bootstrap.ts"
import { parentPort } from "node:worker_threads"
import { main } from "./cli.ts"
import { runWorker } from "./run-worker.ts"

if (parentPort === null) main(process.argv.slice(2))
else runWorker(parentPort)
