import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import * as initFlags from "../../src/commands/init-flags.ts"
import { draftText } from "../../src/init/draft-text.ts"
import { parse } from "../../src/mapping/document/json.ts"
import { codeBlocks } from "../code-blocks.ts"
import { drafted } from "./drafting.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/init.md"), "utf8")
const block = (language: string) => codeBlocks(page, language)[0] ?? ""

test("docs/init.md has the draft that init makes from the response on the page", () => {
  const document = Result.getOrThrow(parse(new TextEncoder().encode(block("json"))))
  const options = {
    name: "shop",
    url: "https://shop.example.com/health",
    format: "json",
    source: "one response of shop.json"
  } as const
  expect(draftText([document], options)).toBe(block("yaml"))
  expect(drafted([block("json")])?.problems).toEqual([])
})

test("docs/init.md mentions every flag, and no unknown one", () => {
  const named = new Set([...page.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag))
  const own = Object.keys(initFlags).filter((name) => name !== "src")
  const flags = own.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))
  // flags of poller check, of poller test, and of all commands with a configuration
  const others = ["strict", "write", "config", "only"]
  expect([...named].sort()).toEqual([...flags, ...others].sort())
})
