import * as v8 from "node:v8"
import type { MessagePort, Worker } from "node:worker_threads"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { type ConfigurationFile, type ParsedConfiguration, parseConfiguration } from "./configuration.ts"
import type { Diagnostic } from "./diagnostics.ts"
import type { Environment } from "./environment.ts"
import { listProblem } from "./list-limits.ts"
import { locateIn } from "./secret-files.ts"
import { type DiscoveredTarget, fromJson, fromYaml, type ParsedGroups } from "./target-group.ts"
import { runInSlices, type Sliced } from "./time-slice.ts"
import { asList, asMap, type Fields } from "./unknown-values.ts"

/** A configuration to read, as plain data. */
export interface ConfigurationText {
  readonly files: ReadonlyArray<ConfigurationFile>
  readonly environment: Environment
  /** `$CREDENTIALS_DIRECTORY`. */
  readonly credentials: string | undefined
  /** The defaults of the files take precedence. */
  readonly defaults: Fields
}

/** A list of targets to read. */
export interface ListText {
  readonly format: "json" | "yaml"
  /** The file or the URL. */
  readonly from: string
  readonly bytes: Uint8Array
  /** A longer list is rejected. */
  readonly maxTargets: number
}

type Job = { readonly id: number } & (
  | { readonly _tag: "Configuration"; readonly job: ConfigurationText }
  | { readonly _tag: "List"; readonly job: ListText }
)

const readConfiguration = ({ files, environment, credentials, defaults }: ConfigurationText) => {
  const locateFor = (directory: string) => locateIn(credentials, directory)
  const context = { environment, locate: locateFor(files[0]?.directory ?? ".") }
  return parseConfiguration(files, context, defaults, locateFor)
}

const readList = ({ format, from, bytes, maxTargets }: ListText): ParsedGroups =>
  Result.flatMap((format === "json" ? fromJson : fromYaml)(from, bytes), (targets) => {
    const problem = listProblem(from, targets, maxTargets)
    return problem === undefined ? Result.succeed(targets) : Result.fail([problem])
  })

/** Parses configurations and lists: in this thread, unless the layer provides a worker. */
export interface Parser {
  readonly configuration: (job: ConfigurationText) => Effect.Effect<ParsedConfiguration>
  readonly list: (job: ListText) => Effect.Effect<ParsedGroups>
}

const here: Parser = {
  configuration: (job) => Effect.sync(() => readConfiguration(job)),
  list: (job) => Effect.sync(() => readList(job))
}

export const Parser = Context.Reference<Parser>("poller/Parser", { defaultValue: () => here })

/** A long list in chunks, to send between threads. As a whole it would block the event loop that receives it. */
type Packed = ReadonlyArray<Uint8Array>

/** Items in each chunk. */
const pieceLength = 200

const pack = (list: ReadonlyArray<unknown>): Packed =>
  Array.from({ length: Math.ceil(list.length / pieceLength) }, (_, index) =>
    v8.serialize(list.slice(index * pieceLength, (index + 1) * pieceLength))
  )

function* unpack<A>(packed: Packed): Sliced<ReadonlyArray<A>> {
  const list: Array<A> = []
  for (const piece of packed) {
    for (const item of v8.deserialize(piece)) list.push(item)
    yield
  }
  return list
}

/** A parsed configuration to send between threads. `value` is without the targets, which are in chunks. */
interface PackedConfiguration {
  readonly value: Fields | undefined
  readonly targets: Packed | undefined
  readonly problems: Packed
  readonly warnings: Packed
  readonly secretFiles: Packed
}

const packConfiguration = ({ value, problems, warnings, secretFiles }: ParsedConfiguration): PackedConfiguration => ({
  value: value && { ...value, targets: undefined },
  targets: value && "targets" in value ? pack(asList(value.targets)) : undefined,
  problems: pack(problems),
  warnings: pack(warnings),
  secretFiles: pack(secretFiles)
})

function* unpackConfiguration(packed: PackedConfiguration): Sliced<ParsedConfiguration> {
  const { targets, ...others } = asMap(packed.value)
  const value = packed.targets === undefined ? others : { ...others, targets: yield* unpack(packed.targets) }
  return {
    value: packed.value && value,
    problems: yield* unpack(packed.problems),
    warnings: yield* unpack(packed.warnings),
    secretFiles: yield* unpack(packed.secretFiles)
  }
}

/** A list to send between threads, or its errors. */
interface PackedGroups {
  readonly targets: Packed
  readonly problems: ReadonlyArray<Diagnostic>
}

const packGroups: (groups: ParsedGroups) => PackedGroups = Result.match({
  onSuccess: (targets) => ({ targets: pack(targets), problems: [] }),
  onFailure: (problems) => ({ targets: [], problems })
})

function* unpackGroups({ targets, problems }: PackedGroups): Sliced<ParsedGroups> {
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(yield* unpack<DiscoveredTarget>(targets))
}

interface Done {
  readonly id: number
  readonly result: PackedConfiguration | PackedGroups
}

/** Runs in the worker: parses one text after the other. */
export const runParseWorker = (main: MessagePort): void => {
  main.on("message", (message: Job) => {
    const result =
      message._tag === "Configuration"
        ? packConfiguration(readConfiguration(message.job))
        : packGroups(readList(message.job))
    main.postMessage({ id: message.id, result } satisfies Done)
  })
}

/** Bytes. Shorter texts are parsed in this thread. YAML takes up to two milliseconds for each kB. */
const minWorkerBytes = 16_000

/** Milliseconds. A worker without work ends after this time and returns its memory. */
const idleTimeout = 10_000

/** Why a worker ended before its work was done. */
const causeOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return code === "ERR_WORKER_OUT_OF_MEMORY" ? "it takes too much memory" : message
}

/** Runs in the main thread. The worker starts with the first long text and ends when it has been idle. */
const makeParser = (start: () => Worker) => {
  const waiting = new Map<number, (done: Effect.Effect<unknown, string>) => void>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let jobs = 0

  const end = () => {
    worker?.terminate()
    worker = undefined
  }

  const finish = (id: number, done: Effect.Effect<unknown, string>) => {
    const resume = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) idle = setTimeout(end, idleTimeout).unref()
    resume?.(done)
  }

  const startWorker = () => {
    const started = start()
    started.unref()
    started.on("message", ({ id, result }: Done) => finish(id, Effect.succeed(result)))
    started.on("error", (error) => {
      if (worker === started) worker = undefined
      for (const id of [...waiting.keys()]) finish(id, Effect.fail(causeOf(error)))
    })
    return started
  }

  /** Fails with the reason why the worker failed. */
  const ask = (job: DistributiveOmit<Job, "id">) =>
    Effect.callback<unknown, string>((resume) => {
      clearTimeout(idle)
      worker ??= startWorker()
      const id = jobs++
      waiting.set(id, resume)
      worker.postMessage({ id, ...job } satisfies Job)
    })

  const parser: Parser = {
    configuration: (job) => {
      if (job.files.reduce((sum, { text }) => sum + text.length, 0) < minWorkerBytes) return here.configuration(job)
      return Effect.matchEffect(ask({ _tag: "Configuration", job }), {
        onSuccess: (result) => runInSlices(unpackConfiguration(result as PackedConfiguration)),
        onFailure: (why) =>
          Effect.succeed({
            value: undefined,
            problems: [{ location: job.files.map(({ name }) => name).join(", "), message: `cannot be read: ${why}` }],
            warnings: [],
            secretFiles: []
          })
      })
    },
    list: (job) => {
      if (job.bytes.length < minWorkerBytes) return here.list(job)
      return Effect.matchEffect(ask({ _tag: "List", job }), {
        onSuccess: (result) => runInSlices(unpackGroups(result as PackedGroups)),
        onFailure: (why) => Effect.succeed(Result.fail([{ location: job.from, message: `cannot be read: ${why}` }]))
      })
    }
  }
  return { parser, end }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/**
 * Parses long configurations and lists in a worker that runs `runParseWorker`, so that seconds of work do not block the
 * event loop.
 */
export const layer = (start: () => Worker): Layer.Layer<never> =>
  Layer.effect(
    Parser,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => makeParser(start)),
        ({ end }) => Effect.sync(end)
      ),
      ({ parser }) => parser
    )
  )
