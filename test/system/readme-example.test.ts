import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { program } from "./program.ts"

test("the README's response and configuration give the series that it shows", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8")
  const block = (kind: string) => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? ""
  const folder = temporaryFolder()
  const [response, configuration] = [join(folder, "response.json"), join(folder, "poller.yml")]
  writeFileSync(response, block("json"))
  writeFileSync(configuration, block("yaml"))
  const [command, ...first] = program
  const page = execFileSync(command, [...first, "once", configuration, "--from", response], { encoding: "utf8" })
  const series = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  expect(series).toHaveLength(4)
  expect(readme).toContain(`\n\`\`\`text\n${series.join("\n")}\n\`\`\`\n`)
})
