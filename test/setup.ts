import { afterAll } from "vitest"
import { removeTemporaryFolders } from "./temporary-folder.ts"

// Vitest runs this before each test file. It ends its workers by a signal, so a handler of "exit" would not run there.
afterAll(removeTemporaryFolders)
