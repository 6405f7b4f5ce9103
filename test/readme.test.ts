import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { codeBlocks } from "./code-blocks.ts"
import { pages } from "./command-blocks.ts"
import { lines, load } from "./config/loading.ts"

const root = join(import.meta.dirname, "..")
const read = (file: string) => readFileSync(join(root, file), "utf8")
const readme = read("README.md")

describe("the README", () => {
  test("shows a configuration without problems or warnings", () => {
    const [example = ""] = codeBlocks(readme, "yaml")
    const { targets, problems, warnings } = load(example)
    expect(lines([...problems, ...warnings])).toEqual([])
    expect(targets.map(({ name }) => name)).toEqual(["shop"])
  })

  test("names each folder of src/, and no folder that does not exist", () => {
    const code = readme.slice(readme.indexOf("## The code"))
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of folders) expect(code).toContain(`\`${name}/\``)
    for (const [, name = ""] of code.matchAll(/`(?:src\/)?([a-z/]+)\/`/g))
      expect(existsSync(join(root, "src", name)) || existsSync(join(root, name)), name).toBe(true)
  })
})

test.each([...pages, "CHANGELOG.md"])("the links in %s lead to files and headings that exist", (document) => {
  for (const [, link = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue
    const [path = "", anchor] = link.split("#")
    const target = path === "" ? document : join(dirname(document), path)
    expect(existsSync(join(root, target)), `${document} links to ${link}`).toBe(true)
    if (anchor === undefined) continue
    const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
      text
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-")
    )
    expect(headings, `${document} links to ${link}`).toContain(anchor)
  }
})
