import { catchSignals } from "./host/signals.ts"

// imported first, and imports no library, so that it runs before the other modules are evaluated
catchSignals()
