import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { expect, test } from "vitest"

/**
 * The folders that each folder of src/ may import from. commands/, executable/ and the files at the top of src/ may
 * import everything.
 */
const mayImport: Record<string, ReadonlyArray<string>> = {
  client: ["host"],
  jsonpath: ["mapping"],
  mapping: ["jsonpath"],
  init: ["jsonpath", "mapping"],
  host: [],
  demo: [],
  exposition: ["mapping"],
  config: ["host", "client", "mapping", "jsonpath", "init", "exposition"],
  poll: ["host", "client", "mapping", "exposition", "config"],
  cluster: ["poll"],
  discovery: ["host", "client", "config", "poll"],
  convert: ["config", "init"],
  fixtures: ["host", "client", "mapping", "exposition", "config", "poll"],
  serve: ["host", "client", "mapping", "exposition", "config", "poll"]
}

const src = join(import.meta.dirname, "../src")
const sources = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
const text = (file: string) => readFileSync(join(src, file), "utf8")
const importsOf = (file: string) => [...text(file).matchAll(/(?:from|import) "([^"]+)"/g)].map(([, target]) => target)
const folder = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "")

test.each(sources)("src/%s imports only from the folders that the table allows", (file) => {
  const own = folder(file)
  if (own === "" || own === "commands" || own === "executable") return
  expect(mayImport, `src/${own}/ has no rule`).toHaveProperty(own)
  for (const [, target] of text(file).matchAll(/(?:from|import) "(\.[^"]+)"/g)) {
    const other = folder(join(dirname(file), target ?? ""))
    expect([own, ...(mayImport[own] ?? [])], `src/${file} imports ${target}`).toContain(other)
  }
})

test.each(sources)("src/%s imports modules of effect, not its index, which costs start-up time and memory", (file) => {
  expect(text(file)).not.toMatch(/from "(effect|@effect\/platform-node)"/)
})

test("docs/architecture.md names only files and folders that exist", () => {
  const page = readFileSync(join(src, "../docs/architecture.md"), "utf8")
  const paths = [...page.matchAll(/`((?:src|test|docs|deploy)\/[^`*]*)`/g)].map(([, path = ""]) => path)
  expect(paths.length).toBeGreaterThan(30)
  for (const path of paths) expect(existsSync(join(src, "..", path)), path).toBe(true)
})

test("docs/architecture.md has every folder of src/", () => {
  const page = readFileSync(join(src, "../docs/architecture.md"), "utf8")
  for (const name of new Set(sources.map(folder)))
    if (name !== "demo" && name !== "executable") expect(page).toContain(`| \`${name}`)
})

const root = join(src, "..")
const allFiles = ["src", "test", "deploy", ".ci"].flatMap((name) =>
  readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(name, file))
)

test("no two files have the same name", () => {
  const byName = Map.groupBy(allFiles, (file) => basename(file))
  expect([...byName.values()].filter((same) => same.length > 1)).toEqual([])
})

test("main.ts handles signals before it loads any library, since an early SIGHUP would end the process", () => {
  const [first] = text("main.ts").match(/^import .*$/m) ?? []
  expect(first).toBe('import "./bootstrap.ts"')
  expect(importsOf("bootstrap.ts")).toEqual(["./host/signals.ts"])
  expect(importsOf("host/signals.ts")).toEqual(["node:os"])
})

test("comment lines have at most 120 characters, except for URLs", () => {
  const wide = allFiles.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        /^\s*(\/\/|\/\*|\*)/.test(line) && !line.includes("https://") && line.length > 120 ? `${file}:${index + 1}` : []
      )
  )
  expect(wide).toEqual([])
})
