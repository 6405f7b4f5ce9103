import "./host/signals.ts"
import "./host/output.ts"
import { main } from "./cli.ts"

main(process.argv.slice(2))
