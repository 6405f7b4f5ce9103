import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { type Diagnostic, diagnosticOf, type Issue, issue, sortProblems, withPosition } from "./diagnostics.ts"
import { type DiscoverySource, discoverySource } from "./discovery-source.ts"
import { format } from "./go-duration.ts"
import { rawConfiguration } from "./raw-configuration.ts"
import type { SecretFileSetting } from "./secret-files.ts"
import { parseYaml, type SourceProblem } from "./source-map.ts"
import { type Target, targetResolver } from "./target.ts"
import { type Lists, type TargetSet, targetSets } from "./target-set.ts"
import { isMap } from "./unknown-values.ts"
import { type LoadContext, validate } from "./validate.ts"

/** Defaults of the command line. The `defaults` of the file replace them. */
export interface Flags {
  readonly interval: Duration.Duration | undefined
  readonly timeout: Duration.Duration | undefined
}

/** The configuration in force. */
export interface Configuration {
  /** The targets of the file itself. */
  readonly targets: ReadonlyArray<Target>
  /** The sources of more targets. */
  readonly sources: ReadonlyArray<DiscoverySource>
  /** The targets of the file and of the given lists. */
  readonly targetSet: (lists: Lists) => TargetSet
}

/** A file with a secret or a certificate. `diagnostic` makes a message about it that points into the configuration. */
export interface NamedSecretFile extends SecretFileSetting {
  readonly diagnostic: (message: string) => Diagnostic
}

/** A loaded configuration. It is empty if there are problems. */
export interface LoadedConfiguration extends Configuration {
  readonly problems: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<Diagnostic>
  readonly secretFiles: ReadonlyArray<NamedSecretFile>
}

const settings = ({ interval, timeout }: Flags) => ({
  ...(interval && { interval: format(interval) }),
  ...(timeout && { timeout: format(timeout) })
})

/** Adds the flags to `defaults`, without replacing any of them. */
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

/** Resolves a file without problems. */
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

/** Loads the text of a file. */
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

/** Loads the single target of `--target URL`. It has no mapping: every number of a response becomes a gauge. */
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
