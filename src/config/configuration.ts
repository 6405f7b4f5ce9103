import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { type Diagnostic, diagnosticOf, sortProblems, withPosition } from "./diagnostics.ts"
import { type DiscoverySource, discoverySource } from "./discovery-source.ts"
import { format } from "./go-duration.ts"
import { type Issue, issue } from "./issue.ts"
import { rawConfiguration } from "./raw-configuration.ts"
import { targetResolver } from "./resolve-target.ts"
import type { SecretFileSetting } from "./secret-files.ts"
import { parseYaml, type SourceProblem } from "./source-map.ts"
import type { Target } from "./target.ts"
import { type Lists, type TargetSet, targetSets } from "./target-set.ts"
import { isMap } from "./unknown-values.ts"
import { type LoadContext, validate } from "./validate.ts"

/** What the command line says of every target that says nothing else itself. */
export interface Flags {
  readonly interval: Duration.Duration | undefined
  readonly timeout: Duration.Duration | undefined
}

/** What is polled. */
export interface Configuration {
  /** The targets of the file itself. */
  readonly targets: ReadonlyArray<Target>
  /** Where more of them are listed. */
  readonly sources: ReadonlyArray<DiscoverySource>
  /** The targets of the file together with those of the lists. */
  readonly targetSet: (lists: Lists) => TargetSet
}

/** A file with a secret or a certificate, and where the configuration names it. */
export interface NamedSecretFile extends SecretFileSetting {
  readonly diagnostic: (message: string) => Diagnostic
}

/** What a configuration comes to; it is empty unless there are no problems. */
export interface LoadedConfiguration extends Configuration {
  readonly problems: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<Diagnostic>
  readonly secretFiles: ReadonlyArray<NamedSecretFile>
}

const settings = ({ interval, timeout }: Flags) => ({
  ...(interval && { interval: format(interval) }),
  ...(timeout && { timeout: format(timeout) })
})

/** Below what the file itself gives as its defaults. */
const withFlags = (value: unknown, flags: Flags): unknown => {
  if (!isMap(value)) return value
  const { defaults = {} } = value
  return isMap(defaults) ? { ...value, defaults: { ...settings(flags), ...defaults } } : value
}

const nothing: Configuration = {
  targets: [],
  sources: [],
  targetSet: () => ({ targets: [], sources: new Map() })
}

/** The meaning of a file without problems. */
const configuration = (value: unknown, { locate }: LoadContext): Configuration => {
  const file = rawConfiguration(value)
  const make = targetResolver(file, locate)
  const own = file.targets.map((raw) => ({ raw, target: make(raw.settings) }))
  return {
    targets: own.map(({ target }) => target),
    sources: file.sources.map((source) => discoverySource(source, locate)),
    targetSet: targetSets(file, own, make)
  }
}

/** A configuration from the text of its file; `flags` stand below its `defaults`. */
export const fromText = (file: string, text: string, surroundings: LoadContext, flags: Flags): LoadedConfiguration => {
  const source = parseYaml(text)
  if (Result.isFailure(source)) {
    return {
      ...nothing,
      warnings: [],
      secretFiles: [],
      problems: source.failure.map((problem) => diagnosticOf(file, problem))
    }
  }
  const { value, duplicates } = source.success
  const found = validate(withFlags(value, flags), surroundings)
  const lines = (issues: ReadonlyArray<Issue>, others: ReadonlyArray<SourceProblem> = []) =>
    sortProblems([...others, ...issues.map((issue) => withPosition(source.success, issue))]).map((problem) =>
      diagnosticOf(file, problem)
    )
  const problems = lines(found.problems, duplicates)
  return {
    ...(problems.length === 0 ? configuration(found.value, surroundings) : nothing),
    problems,
    warnings: lines(found.warnings),
    secretFiles: found.secretFiles.map((setting) => ({
      ...setting,
      diagnostic: (message) => diagnosticOf(file, withPosition(source.success, issue(setting.path, message)))
    }))
  }
}

/** The one target of `--target URL`; without a mapping, every number of its answers becomes a gauge. */
export const fromFlags = (url: string, surroundings: LoadContext, flags: Flags): LoadedConfiguration => {
  const name = URL.canParse(url) ? new URL(url).host : url
  const found = validate({ targets: [{ name, url, ...settings(flags) }] }, surroundings)
  const problems = found.problems.map(({ path, message }): Diagnostic => {
    const key = path.at(-1)
    return { location: `--${key === "url" ? "target" : key}`, message }
  })
  const made = problems.length === 0 ? configuration(found.value, surroundings) : nothing
  return { ...made, problems, warnings: [], secretFiles: [] }
}
