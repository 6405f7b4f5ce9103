import { begin } from "./host/begin.ts"

// imported before all else, so that it comes before the rest is read
begin()
