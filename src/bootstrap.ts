import { prepareProcess } from "./host/lifecycle.ts"

// imported first, so that it runs before the other modules are evaluated
prepareProcess()
