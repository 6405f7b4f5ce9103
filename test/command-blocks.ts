import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

/** A code block of shell commands in the documentation. */
export interface CommandBlock {
  readonly page: string
  readonly line: number
  /** The heading above it. */
  readonly heading: string
  readonly commands: string
  /** Why no test runs it: the reason in `<!-- not run: REASON -->` before the block. */
  readonly notRun: string | undefined
}

export const pages: ReadonlyArray<string> = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`)
    .sort()
]

export const textOf = (page: string): string => readFileSync(join(root, page), "utf8")

export const blocksOf = (page: string): ReadonlyArray<CommandBlock> => {
  const text = textOf(page)
  const blocks = text.matchAll(/^(?:<!-- not run: (?<notRun>.+) -->\n\n?)?```(?:sh|console)\n(?<commands>.*?)^```$/gms)
  return [...blocks].map(({ index, groups = {} }) => {
    const { commands = "", notRun } = groups
    const before = text.slice(0, index)
    return {
      page,
      line: before.split("\n").length,
      heading:
        before
          .match(/^#+ .*$/gm)
          ?.at(-1)
          ?.replace(/^#+ /, "") ?? "",
      commands,
      notRun
    }
  })
}

/** Test files that run commands of the documentation. The first that matches a block runs it. */
const runners: ReadonlyArray<readonly [test: string, runs: (block: CommandBlock) => boolean]> = [
  ["test/system/systemd/systemd-guide.test.ts", ({ page }) => page === "docs/systemd.md"],
  ["test/release/install.test.ts", ({ page, heading }) => page === "README.md" && heading === "Install"],
  ["test/system/systemd/documented-commands.test.ts", () => true]
]

/** The blocks that a test file runs, in their order. */
export const blocksFor = (test: string): ReadonlyArray<CommandBlock> =>
  pages
    .flatMap(blocksOf)
    .filter((block) => block.notRun === undefined && runners.find(([, runs]) => runs(block))?.[0] === test)
