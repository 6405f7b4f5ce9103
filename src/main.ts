import "./bootstrap.ts"
import { parentPort } from "node:worker_threads"
import { main } from "./cli.ts"
import { runConversionWorker } from "./poll/conversion-worker.ts"

if (parentPort === null) main(process.argv.slice(2))
else runConversionWorker(parentPort)
