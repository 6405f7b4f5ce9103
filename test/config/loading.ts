import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fromText, type LoadedConfiguration } from "../../src/config/configuration.ts"
import { formatDiagnostic } from "../../src/config/diagnostics.ts"
import type { LoadContext } from "../../src/config/validate.ts"

/** No environment variables; relative paths start in /etc/poller. */
export const testContext: LoadContext = {
  environment: {},
  locate: (path) => resolve("/etc/poller", path)
}

export const noFlags = { interval: undefined, timeout: undefined }

/** Loads a configuration from its text, as the file `poller.yml`. */
export const load = (text: string, context: Partial<LoadContext> = {}): LoadedConfiguration =>
  fromText("poller.yml", text, { ...testContext, ...context }, noFlags)

export const lines = (diagnostics: LoadedConfiguration["problems"]): ReadonlyArray<string> =>
  diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))

/** The bad configurations, with the problems from their first lines. */
export const bad = readdirSync(join(import.meta.dirname, "bad")).map((name) => {
  const text = readFileSync(join(import.meta.dirname, "bad", name), "utf8")
  const [header = ""] = /^(?:# .*\n)*/.exec(text) ?? []
  return {
    name,
    text,
    problems: header
      .split("\n")
      .slice(0, -1)
      .map((line) => line.slice(2))
  }
})
