import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fromText, type LoadedConfiguration } from "../../src/config/configuration.ts"
import { formatDiagnostic } from "../../src/config/diagnostics.ts"
import type { LoadContext } from "../../src/config/validate.ts"

/** A machine without variables, on which every file that a configuration names stands beside it. */
export const anywhere: LoadContext = {
  environment: {},
  locate: (path) => resolve("/etc/poller", path)
}

export const noFlags = { interval: undefined, timeout: undefined }

/** A configuration loaded from its text, as the file `poller.yml`. */
export const load = (text: string, surroundings: Partial<LoadContext> = {}): LoadedConfiguration =>
  fromText("poller.yml", text, { ...anywhere, ...surroundings }, noFlags)

export const lines = (diagnostics: LoadedConfiguration["problems"]): ReadonlyArray<string> =>
  diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))

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
