import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A configuration file of the moment; gone with the process that made it. */
export const configuration = (content: object): string => {
  const folder = mkdtempSync(join(tmpdir(), "poller-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, "poller.yml")
  // JSON is YAML
  writeFileSync(file, JSON.stringify(content))
  return file
}
