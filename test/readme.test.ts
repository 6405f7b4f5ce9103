import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import pkg from "../package.json" with { type: "json" }
import { fromText } from "../src/config/configuration.ts"
import { locateIn } from "../src/config/secret-files.ts"

const root = join(import.meta.dirname, "..")
const read = (file: string) => readFileSync(join(root, file), "utf8")
const readme = read("README.md")

describe("the README", () => {
  test("names no npm script that there is not", () => {
    const named = [...readme.matchAll(/npm (?:run )?(start|test|[a-z]+(?::[a-z]+)?)\b/g)].map(
      ([, script = ""]) => script
    )
    expect(named).toContain("build:binary")
    for (const script of named.filter((name) => !["and", "install", "pack"].includes(name)))
      expect(Object.keys(pkg.scripts)).toContain(script)
  })

  test("shows a configuration that is good, also to a strict check", () => {
    const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? []
    const surroundings = { environment: {}, locate: locateIn(undefined, ".") }
    const { targets, problems, warnings } = fromText("README.md", example, surroundings, {
      interval: undefined,
      timeout: undefined
    })
    expect([...problems, ...warnings]).toEqual([])
    expect(targets.map(({ name }) => name)).toEqual(["shop"])
  })

  test("fits what it says of the code: each folder that it names is there, and each that is there is named", () => {
    const code = readme.slice(readme.indexOf("## The code"))
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of folders) expect(code).toContain(`${name}/`)
  })
})

const documents = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`)
]

test.each(documents)("%s links to nothing that is not there", (document) => {
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
