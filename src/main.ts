import "./host/signals.ts"
import { main } from "./cli.ts"

main(process.argv.slice(2))
