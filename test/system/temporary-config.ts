import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A configuration in a file of its own, for as long as it is not disposed of. JSON is YAML, too. */
export const writeConfig = async (config: unknown): Promise<AsyncDisposable & { readonly file: string }> => {
  const directory = await mkdtemp(join(tmpdir(), "poller-"))
  const file = join(directory, "poller.yml")
  await writeFile(file, JSON.stringify(config))
  return { file, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}
