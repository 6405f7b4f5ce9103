import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { isMap, parseDocument } from "yaml"
import type { ConfigurationFile } from "../config/configuration.ts"
import { formatForTerminal } from "../config/diagnostics.ts"
import { didYouMean } from "../config/suggest.ts"
import { badConfiguration, type Failure, failure } from "../failure.ts"
import { runFixture, type TestResult } from "../fixtures/run-fixture.ts"
import { type Fixture, parseTestFile } from "../fixtures/test-file.ts"
import { formatResults, formats } from "../fixtures/test-report.ts"
import { fileLimits } from "../host/file-reader.ts"
import { repeatOnChange } from "../host/file-watch.ts"
import { hasColors } from "../host/logger.ts"
import { type Input, loadGood, parseFiles, readBytes, readConfigurationFiles } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print, printLines } from "./output.ts"

const paths = Argument.String("path").pipe(
  Argument.withDescription(
    "Files of tests, *.test.yml, or directories with them; by default those beside the configuration"
  ),
  Argument.variadic()
)

const write = Flag.Boolean("write").pipe(
  Flag.withDescription(flags.described("write", "Write the series into the files `want` instead of comparing")),
  Flag.withDefault(false)
)

const format = Flag.Literals("format", formats).pipe(
  Flag.withDescription(flags.described("format", "Format of the result", "text")),
  Flag.withDefault("text" as const)
)

const extension = /\.test\.ya?ml$/

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory)
    .filter((name) => extension.test(name))
    .sort()
    .map((name) => join(directory, name))

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The files of tests on the command line, or the default ones. */
const testFiles = (given: ReadonlyArray<string>, config: ReadonlyArray<string>): ReadonlyArray<string> => {
  const places =
    given.length > 0
      ? given
      : (config.length > 0 ? config : ["./poller.yml"]).map((file) => (isDirectory(file) ? file : dirname(file)))
  return [...new Set(places.flatMap((place) => (isDirectory(place) ? filesIn(place) : [place])))]
}

/**
 * The configuration of a file of tests: `--config`, else `shop.yml` for `shop.test.yml`, else `poller.yml` beside it.
 * `shop.json` may also be the saved response of a test, as `poller init --test` writes it.
 */
const configurationOf = (
  file: string,
  config: ReadonlyArray<string>,
  fixtures: ReadonlyArray<Fixture>
): Effect.Effect<ReadonlyArray<string>, Failure> => {
  if (config.length > 0) return Effect.succeed(config)
  const stem = join(dirname(file), basename(file).replace(extension, ""))
  const candidates = [...[".yml", ".yaml", ".json"].map((end) => stem + end), join(dirname(file), "poller.yml")]
  const responses = new Set(fixtures.flatMap(({ from, details }) => [from, ...details.values()]))
  const found = candidates.find((candidate) => existsSync(candidate) && !responses.has(resolve(candidate)))
  return found === undefined
    ? Effect.fail(
        badConfiguration(`${file}: there is no ${candidates[0]} beside it; name the configuration with --config`)
      )
    : Effect.succeed([found])
}

const noFlags = { interval: undefined, timeout: undefined }

/** Makes a target that uses the shared mapping `name`. Ignores the targets of the files. */
const targetOfMapping = Effect.fnUntraced(function* (files: ReadonlyArray<ConfigurationFile>, name: string) {
  const documents = files.flatMap((file) => {
    const document = parseDocument(file.text, { merge: true })
    document.delete("targets")
    document.delete("targets_from")
    const hasMapping = document.getIn(["mappings", name]) !== undefined
    if (hasMapping) document.set("targets", [{ name, url: "http://localhost/", mapping: name }])
    const isEmpty = isMap(document.contents) && document.contents.items.length === 0
    return isEmpty ? [] : [{ file: { ...file, text: String(document) }, hasMapping }]
  })
  if (documents.every(({ hasMapping }) => !hasMapping)) return undefined
  const { targets } = yield* parseFiles(
    documents.map(({ file }) => file),
    noFlags
  )
  return targets[0]
})

interface Loaded {
  readonly file: string
  readonly config: ReadonlyArray<string>
  readonly fixtures: ReadonlyArray<Fixture>
}

const loadTests = Effect.fnUntraced(function* (
  file: string,
  config: ReadonlyArray<string>,
  only: Option.Option<string>
) {
  const parsed = parseTestFile(file, new TextDecoder().decode(yield* readBytes(file, fileLimits.list)))
  if (Result.isFailure(parsed))
    return yield* badConfiguration(...parsed.failure.map((problem) => formatForTerminal(problem, process.stderr.isTTY)))
  const fixtures = parsed.success.filter(({ subject }) => Option.getOrElse(only, () => subject.name) === subject.name)
  return { file, config: yield* configurationOf(file, config, parsed.success), fixtures } satisfies Loaded
})

/** Runs the tests of one file. */
const runTests = Effect.fnUntraced(function* ({ config, fixtures }: Loaded, write: boolean) {
  const input: Input = {
    files: [],
    config,
    target: Option.none(),
    interval: Option.none(),
    timeout: Option.none()
  }
  const { targets } = yield* loadGood(input)
  const files = yield* readConfigurationFiles(config)
  const results: Array<TestResult> = []
  for (const fixture of fixtures) {
    const { kind, name } = fixture.subject
    const target =
      kind === "target" ? targets.find((target) => target.name === name) : yield* targetOfMapping(files, name)
    const known =
      kind === "target"
        ? didYouMean(
            name,
            targets.map(({ name }) => name)
          )
        : ""
    if (target === undefined)
      return yield* badConfiguration(`${fixture.location}: ${config.join(", ")} has no ${kind} ${name}${known}`)
    results.push(yield* runFixture(fixture, target, write))
  }
  return results
})

interface Options {
  readonly path: ReadonlyArray<string>
  readonly config: ReadonlyArray<string>
  readonly only: Option.Option<string>
  readonly write: boolean
  readonly format: (typeof formats)[number]
}

const loadAll = ({ path, config, only }: Options) =>
  Effect.forEach(testFiles(path, config), (file) => loadTests(file, config, only))

/** Runs all tests once and prints the result. Returns whether all passed. */
const runAll = Effect.fnUntraced(function* (options: Options) {
  const { only, write, format } = options
  const loaded = yield* loadAll(options)
  const results = (yield* Effect.forEach(loaded, (tests) => runTests(tests, write))).flat()
  if (results.length === 0) {
    const where = Option.isSome(only)
      ? `--only ${only.value}: no test of this name`
      : "no tests: there is no *.test.yml here"
    return yield* failure(where)
  }
  yield* print(process.stdout, formatResults(results, format, hasColors(process.stdout)))
  return results.every(({ outcome }) => outcome !== "failed")
})

/** Runs all tests again at each change of a file that they depend on. An error does not end it. */
const watchAll = (options: Options) => {
  let known: ReadonlyArray<string> = [...testFiles(options.path, options.config), ...options.config]
  const files = loadAll(options).pipe(
    Effect.map((loaded) => {
      known = loaded.flatMap(({ file, config, fixtures }) => [
        file,
        ...config,
        ...fixtures.flatMap(({ from, details, want }) => [from, ...details.values(), want])
      ])
      return known
    }),
    // a file of tests with an error may be correct after the next change
    Effect.catch(() => Effect.sync(() => known))
  )
  return repeatOnChange(
    files,
    Effect.catch(runAll(options), ({ lines }) => printLines(process.stderr, lines))
  )
}

export const test = Command.make(
  "test",
  { path: paths, config: flags.config, only: flags.only, write, watch: flags.watch, format },
  Effect.fnUntraced(function* (input) {
    if (input.watch) return yield* watchAll(input)
    if (!(yield* runAll(input))) return yield* failure()
  })
).pipe(Command.withDescription("Run the tests of a configuration: saved responses and the series they must give"))
