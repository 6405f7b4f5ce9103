import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { type Diagnostic, diagnosticOf, type Issue, issue, messageOf, sortProblems } from "./diagnostics.ts"
import { type DiscoverySource, discoverySource } from "./discovery-source.ts"
import { foreignFile } from "./foreign-file.ts"
import { format } from "./go-duration.ts"
import { locateIssue, type MergedFiles, mergeFiles } from "./merge-files.ts"
import { rawConfigurationSliced } from "./raw-configuration.ts"
import { type Locate, type SecretFileSetting, withAbsoluteFiles } from "./secret-files.ts"
import { parseYaml } from "./source-map.ts"
import { type Target, targetResolver } from "./target.ts"
import { fixedSet, type Lists, type TargetSet, targetSets } from "./target-set.ts"
import { mapSliced, runToEnd, type Sliced } from "./time-slice.ts"
import { type Fields, isMap } from "./unknown-values.ts"
import { type LoadContext, validate } from "./validate.ts"

/** Defaults from the command line. The `defaults` of the file take precedence. */
export interface Flags {
  readonly interval: Duration.Duration | undefined
  readonly timeout: Duration.Duration | undefined
}

/** A resolved configuration. */
export interface Configuration {
  /** The targets of the file itself. */
  readonly targets: ReadonlyArray<Target>
  /** The sources of more targets. */
  readonly sources: ReadonlyArray<DiscoverySource>
  /** The targets of the file and of the given lists. */
  readonly targetSet: (lists: Lists) => Sliced<TargetSet>
}

/** A file with a secret or a certificate. `location`: where the configuration names it. */
export interface NamedSecretFile extends SecretFileSetting {
  readonly location: string
}

/** A validated configuration as plain data, which a worker can send to this thread. */
export interface ParsedConfiguration {
  /** The merged files with their variables expanded; undefined if there are problems. */
  readonly value: Fields | undefined
  readonly problems: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<Diagnostic>
  readonly secretFiles: ReadonlyArray<NamedSecretFile>
}

/** A loaded configuration. It is empty if there are problems. */
export interface LoadedConfiguration extends Configuration, Omit<ParsedConfiguration, "value"> {}

/** The flags as keys of `defaults`. */
export const defaultsOf = ({ interval, timeout }: Flags): Fields => ({
  ...(interval && { interval: format(interval) }),
  ...(timeout && { timeout: format(timeout) })
})

/** Adds defaults. Those of the file take precedence. */
const withDefaults = (value: unknown, below: Fields): unknown => {
  if (!isMap(value)) return value
  const { defaults = {} } = value
  return isMap(defaults) ? { ...value, defaults: { ...below, ...defaults } } : value
}

const nothing: Configuration = { targets: [], sources: [], targetSet: fixedSet([]) }

/** Resolves a configuration that has no problems. */
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

/** A file of a configuration. */
export interface ConfigurationFile {
  /** The name of the file in messages. */
  readonly name: string
  readonly text: string
  /** Relative paths of secret files start here. */
  readonly directory: string
}

/** Adapts `context` to a configuration with files in several directories. */
const severalDirectories = (
  context: LoadContext,
  { originOf }: MergedFiles,
  locateFor: (directory: string) => Locate
): LoadContext => ({
  ...context,
  resolve: (value) => withAbsoluteFiles(value, (path) => locateFor(originOf(path).file.directory))
})

/**
 * Parses and validates the files of a configuration, at least one. The defaults of the files win over `defaults`.
 * `locateFor` resolves the paths of files that are not in the directory of the first one.
 */
export const parseConfiguration = (
  files: ReadonlyArray<ConfigurationFile>,
  given: LoadContext,
  defaults: Fields,
  locateFor?: (directory: string) => Locate
): ParsedConfiguration => {
  const nothing = { value: undefined, warnings: [], secretFiles: [] }
  const foreign = files.flatMap(({ name, text }) => {
    const found = foreignFile(name, text)
    return found === undefined ? [] : [diagnosticOf(name, found)]
  })
  if (foreign.length > 0) return { ...nothing, problems: foreign }
  const sources = files.map(({ name, directory, text }) => ({ name, directory, parsed: parseYaml(text) }))
  const broken = sources.flatMap(({ name, parsed }) =>
    Result.isFailure(parsed) ? parsed.failure.map((problem) => diagnosticOf(name, problem)) : []
  )
  if (broken.length > 0) return { ...nothing, problems: broken }
  const parsed = sources.flatMap(({ parsed, ...file }) =>
    Result.isSuccess(parsed) ? [{ ...file, source: parsed.success }] : []
  )
  const merged = mergeFiles(parsed)
  if (merged.problems.length > 0) return { ...nothing, problems: merged.problems }

  const isSpread = new Set(files.map(({ directory }) => directory)).size > 1
  const context = isSpread && locateFor !== undefined ? severalDirectories(given, merged, locateFor) : given
  const found = validate(withDefaults(merged.value, defaults), context)
  const duplicates = parsed.flatMap(({ name, source }) => source.duplicates.map((one) => ({ ...one, file: name })))
  const cutTexts = parsed.flatMap(({ name, source }) => source.cutTexts.map((one) => ({ ...one, file: name })))
  const lines = (issues: ReadonlyArray<Issue>, others: typeof duplicates = []) => {
    const all = [...others, ...issues.map((issue) => locateIssue(merged, issue))]
    const byFile = Map.groupBy(all, ({ file }) => file)
    return files.flatMap(({ name }) =>
      sortProblems(byFile.get(name) ?? []).map((problem) => diagnosticOf(problem.file, problem))
    )
  }
  const problems = lines(found.problems, duplicates)
  return {
    value: problems.length === 0 && isMap(found.value) ? found.value : undefined,
    problems,
    warnings: lines(found.warnings, cutTexts),
    secretFiles: found.secretFiles.map((setting) => {
      const place = locateIssue(merged, issue(setting.path, ""))
      return { ...setting, path: place.path, location: diagnosticOf(place.file, place).location }
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

/** Loads files in one go. */
export const fromFiles = (
  files: ReadonlyArray<ConfigurationFile>,
  context: LoadContext,
  flags: Flags
): LoadedConfiguration =>
  runToEnd(buildConfiguration(parseConfiguration(files, context, defaultsOf(flags)), context.locate))

/** Loads the text of one file in one go. */
export const fromText = (file: string, text: string, context: LoadContext, flags: Flags): LoadedConfiguration =>
  fromFiles([{ name: file, text, directory: "." }], context, flags)

/** Loads the single target of `--target URL`. It has no mapping: every number of a response becomes a gauge. */
export const fromFlags = (url: string, context: LoadContext, flags: Flags): LoadedConfiguration => {
  // a unix socket or a file has no host
  const name = URL.canParse(url) ? new URL(url).host || url : url
  const found = validate({ targets: [{ name, url, ...defaultsOf(flags) }] }, context)
  const problems = found.problems.map((problem): Diagnostic => {
    const key = problem.path.at(-1)
    return { location: `--${key === "url" ? "target" : key}`, message: messageOf(problem) }
  })
  const value = problems.length === 0 && isMap(found.value) ? found.value : undefined
  return runToEnd(buildConfiguration({ value, problems, warnings: [], secretFiles: [] }, context.locate))
}
