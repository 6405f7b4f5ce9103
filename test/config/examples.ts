import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { codeBlocks } from "../code-blocks.ts"

const root = join(import.meta.dirname, "../..")

const files = (folder: string, ending: RegExp) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => ending.test(file))
        .map((file) => join(folder, file))
    : []

/** Complete configurations in a page's code blocks: those that begin with a top-level key. */
const blocks = (file: string) =>
  codeBlocks(readFileSync(join(root, file), "utf8"), "yaml", "json")
    .map((text, index) => ({ name: `${file}, example ${index + 1}`, text }))
    .filter(({ text }) =>
      /^(?:\{\s*"(?:\$schema|targets)"|(?:#.*\n)*(?:targets|targets_from|logins|defaults|mappings):)/.test(text)
    )

/** Every configuration that users see: the files in deploy/examples, and those in the documentation. */
export const examples = [
  ...files("deploy/examples", /(?<!\.test)\.ya?ml$/).map((name) => ({
    name,
    text: readFileSync(join(root, name), "utf8")
  })),
  ...[...files("docs", /\.md$/), "README.md"].filter((file) => existsSync(join(root, file))).flatMap(blocks)
]
