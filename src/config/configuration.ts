import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { type Diagnostic, diagnosticOf, type Issue, issue, sortProblems, withPosition } from "./diagnostics.ts"
import { type DiscoverySource, discoverySource } from "./discovery-source.ts"
import { format } from "./go-duration.ts"
import { rawConfigurationSliced } from "./raw-configuration.ts"
import type { Locate, SecretFileSetting } from "./secret-files.ts"
import { parseYaml, type SourceProblem } from "./source-map.ts"
import { type Target, targetResolver } from "./target.ts"
import { fixedSet, type Lists, type TargetSet, targetSets } from "./target-set.ts"
import { mapSliced, runToEnd, type Sliced } from "./time-slice.ts"
import { type Fields, isMap } from "./unknown-values.ts"
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
  readonly targetSet: (lists: Lists) => Sliced<TargetSet>
}

/** A file with a secret or a certificate. `diagnostic` makes a message about it that points into the configuration. */
export interface NamedSecretFile extends SecretFileSetting {
  readonly location: string
}

/** What a configuration says, as plain data, so that a worker can read it. */
export interface ParsedConfiguration {
  /** Its strings with their variables filled in; undefined if there are problems. */
  readonly value: Fields | undefined
  readonly problems: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<Diagnostic>
  readonly secretFiles: ReadonlyArray<NamedSecretFile>
}

/** What a configuration comes to; it is empty unless there are no problems. */
export interface LoadedConfiguration extends Configuration, Omit<ParsedConfiguration, "value"> {}

/** The flags as the `defaults` of a file have them. */
export const defaultsOf = ({ interval, timeout }: Flags): Fields => ({
  ...(interval && { interval: format(interval) }),
  ...(timeout && { timeout: format(timeout) })
})

/** Adds defaults, without replacing any of those of the file. */
const withDefaults = (value: unknown, below: Fields): unknown => {
  if (!isMap(value)) return value
  const { defaults = {} } = value
  return isMap(defaults) ? { ...value, defaults: { ...below, ...defaults } } : value
}

const nothing: Configuration = { targets: [], sources: [], targetSet: fixedSet([]) }

/** Resolves a file without problems. */
function* configuration(value: unknown, locate: Locate): Sliced<Configuration> {
  const file = yield* rawConfigurationSliced(value)
  const make = targetResolver(file, locate)
  const own = yield* mapSliced(file.targets, (raw) => ({ raw, target: make(raw.settings) }))
  return {
    targets: own.map(({ target }) => target),
    sources: file.sources.map((source) => discoverySource(source, locate)),
    targetSet: targetSets(file, own, make)
  }
}

/** Parses and validates the text of a file. `defaults` do not replace any of its own. */
export const parseConfiguration = (
  file: string,
  text: string,
  context: LoadContext,
  defaults: Fields
): ParsedConfiguration => {
  const source = parseYaml(text)
  if (Result.isFailure(source)) {
    const problems = source.failure.map((problem) => diagnosticOf(file, problem))
    return { value: undefined, warnings: [], secretFiles: [], problems }
  }
  const { value, duplicates } = source.success
  const found = validate(withDefaults(value, defaults), context)
  const lines = (issues: ReadonlyArray<Issue>, others: ReadonlyArray<SourceProblem> = []) =>
    sortProblems([...others, ...issues.map((issue) => withPosition(source.success, issue))]).map((problem) =>
      diagnosticOf(file, problem)
    )
  const problems = lines(found.problems, duplicates)
  return {
    value: problems.length === 0 && isMap(found.value) ? found.value : undefined,
    problems,
    warnings: lines(found.warnings),
    secretFiles: found.secretFiles.map((setting) => {
      const { location } = diagnosticOf(file, withPosition(source.success, issue(setting.path, "")))
      return { ...setting, location }
    })
  }
}

/** Resolves the targets and sources of a parsed configuration. */
export function* buildConfiguration(
  { value, ...found }: ParsedConfiguration,
  locate: Locate
): Sliced<LoadedConfiguration> {
  return { ...(value === undefined ? nothing : yield* configuration(value, locate)), ...found }
}

/** Loads the text of a file, without a pause. */
export const fromText = (file: string, text: string, context: LoadContext, flags: Flags): LoadedConfiguration =>
  runToEnd(buildConfiguration(parseConfiguration(file, text, context, defaultsOf(flags)), context.locate))

/** Loads the single target of `--target URL`. It has no mapping: every number of a response becomes a gauge. */
export const fromFlags = (url: string, context: LoadContext, flags: Flags): LoadedConfiguration => {
  const name = URL.canParse(url) ? new URL(url).host : url
  const found = validate({ targets: [{ name, url, ...defaultsOf(flags) }] }, context)
  const problems = found.problems.map(({ path, message }): Diagnostic => {
    const key = path.at(-1)
    return { location: `--${key === "url" ? "target" : key}`, message }
  })
  const value = problems.length === 0 && isMap(found.value) ? found.value : undefined
  return runToEnd(buildConfiguration({ value, problems, warnings: [], secretFiles: [] }, context.locate))
}
