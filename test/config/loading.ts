import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { show } from "../../src/config/diagnostics.ts"
import { fromText, type Loaded } from "../../src/config/load.ts"
import type { Surroundings } from "../../src/config/validate.ts"

/** A machine without variables, on which every file that a configuration names stands beside it. */
export const anywhere: Surroundings = {
  environment: {},
  locate: (path) => ({ file: join("/etc/poller", path), exists: true })
}

export const noFlags = { interval: undefined, timeout: undefined }

/** A configuration loaded from its text, as the file `poller.yml`. */
export const load = (text: string, surroundings: Partial<Surroundings> = {}): Loaded =>
  fromText("poller.yml", text, { ...anywhere, ...surroundings }, noFlags)

export const lines = (remarks: Loaded["problems"]): ReadonlyArray<string> => remarks.map((remark) => show(remark))

/** The bad configurations: name, text, and the problems that its first lines tell. */
export const bad = readdirSync(join(import.meta.dirname, "bad")).map((name) => {
  const text = readFileSync(join(import.meta.dirname, "bad", name), "utf8")
  const [told = ""] = /^(?:# .*\n)*/.exec(text) ?? []
  return {
    name,
    text,
    problems: told
      .split("\n")
      .slice(0, -1)
      .map((line) => line.slice(2))
  }
})
