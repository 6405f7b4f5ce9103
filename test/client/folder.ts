import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** A folder for the files of one test. */
export const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "poller-"))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}
