import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../temporary-folder.ts"

/** Writes a configuration as JSON, which is YAML too, into a temporary folder of its own. Returns its path. */
export const configuration = (content: object): string => {
  const file = join(temporaryFolder(), "poller.yml")
  writeFileSync(file, JSON.stringify(content))
  return file
}
