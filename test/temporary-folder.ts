import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folders: Array<string> = []

/** A new folder that is removed after the test file (setup.ts), or when a program such as the soak ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "poller-test-"))
  folders.push(folder)
  return folder
}

export const removeTemporaryFolders = (): void => {
  // a process that was just killed may still write into its folder
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

process.once("exit", removeTemporaryFolders)
