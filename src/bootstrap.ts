import { catchSignals } from "./host/signals.ts"

// main.ts imports this file first. It imports no library, so the signals are caught before anything else is loaded.
catchSignals()
