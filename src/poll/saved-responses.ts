import { createHash, hash, randomUUID } from "node:crypto"
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import * as v8 from "node:v8"
import * as zlib from "node:zlib"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { UpstreamResponse } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import { isAbsent, readDirectory, readFile, Unreadable, withFile } from "../host/file-reader.ts"

export type Response = Omit<Extract<UpstreamResponse, { readonly _tag: "Fresh" }>, "release">

/** The last good response of a target, and when its poll began (epoch milliseconds) and how long it took. */
export interface SavedResponse {
  readonly at: number
  readonly seconds: number
  /** Epoch milliseconds of the last good poll. After a 304 the response is still good. */
  readonly lastSuccess: number
  readonly response: Response
}

/** Responses that outlive a restart. */
export interface ResponseStore {
  /** Whether responses of this target are saved. */
  readonly isFor: (target: Target) => boolean
  /** The saved response, if it is still usable. */
  readonly load: (target: Target) => Effect.Effect<SavedResponse | undefined>
  readonly save: (target: Target, saved: SavedResponse) => Effect.Effect<void>
  /** Saves that the response was still good at `lastSuccess` (epoch milliseconds). */
  readonly renew: (target: Target, lastSuccess: number) => Effect.Effect<void>
  /** Runs a `save` or `renew` beside the poll loop: a disk may be slow. */
  readonly inBackground: (write: Effect.Effect<void>) => Effect.Effect<void>
}

/** Targets that are polled more often have their series again soon enough. */
const minInterval = Duration.minutes(5)

/** Bytes. A longer file is not a saved response. */
const maxFile = 500_000_000

/**
 * The first line of a file is `poller response 2 EXPIRY DIGEST`. EXPIRY is when the response is stale, in epoch
 * milliseconds; DIGEST is a hash of EXPIRY and of all that follows.
 */
const signature = "poller response 2"

// promisified at each call, so that the start of the process does not load node:zlib
const gzip = (bytes: Uint8Array) => promisify<zlib.InputType, Buffer>(zlib.gzip)(bytes)
const gunzip = (bytes: Uint8Array) => promisify<zlib.InputType, Buffer>(zlib.gunzip)(bytes)

interface Content extends SavedResponse {
  readonly name: string
  readonly configuration: string
}

const firstLine = (expiry: number, packed: Uint8Array) =>
  `${signature} ${expiry} ${createHash("sha256").update(`${expiry}\n`).update(packed).digest("hex")}`

/** The time in a first line; undefined if it is not one. */
const expiryIn = (line: string): number | undefined => {
  const [, expiry] = /^poller response 2 (\d{1,15}) [0-9a-f]{64}$/.exec(line) ?? []
  return expiry === undefined ? undefined : Number(expiry)
}

/** Settings may hold secrets: only their digest is saved. */
const configurationOf = (target: Target) => hash("sha256", target.fingerprint(), "hex")

const encode = async (content: Content, staleAfter: Duration.Duration): Promise<Buffer> => {
  const packed = await gzip(v8.serialize(content))
  const expiry = Math.ceil(content.lastSuccess + Duration.toMillis(staleAfter))
  return Buffer.concat([Buffer.from(`${firstLine(expiry, packed)}\n`), packed])
}

/** Throws an error whose message says why the bytes are not a saved response. */
const decode = async (bytes: Buffer): Promise<Content> => {
  const end = bytes.indexOf("\n")
  const head = bytes.subarray(0, Math.max(end, 0)).toString("latin1")
  if (!head.startsWith(`${signature} `)) throw new Error("another program or version has written it")
  const packed = bytes.subarray(end + 1)
  const expiry = expiryIn(head)
  if (expiry === undefined || head !== firstLine(expiry, packed)) throw new Error("it is damaged")
  return v8.deserialize(await gunzip(packed))
}

/** The most log lines about unusable responses. After an upgrade there would be one for each target. */
const maxLines = 10

const makeStore = (directory: string, writes: FiberSet.FiberSet): ResponseStore => {
  let ignored = 0
  let isFailing = false

  const pathOf = ({ name }: Target) => join(directory, `${hash("sha256", name, "hex").slice(0, 32)}.response`)

  const ignore = (target: Target, problem: string) =>
    Effect.suspend(() => {
      if (++ignored > maxLines) return Effect.void
      const more =
        ignored === maxLines ? "saved response ignored; further ones are not logged" : "saved response ignored"
      return Effect.annotateLogs(Effect.logWarning(more), { target: target.name, file: pathOf(target), problem })
    })

  const read = (path: string) =>
    Effect.flatMap(readFile(path, maxFile), (bytes) =>
      Effect.tryPromise({
        try: () => decode(bytes),
        catch: (error) =>
          new Unreadable({ path, code: "", why: error instanceof Error ? error.message : String(error) })
      })
    )

  /** Why a response cannot be used; undefined if it can. */
  const problemOf = (target: Target, content: Content, now: number): string | undefined => {
    if (content.name !== target.name || content.configuration !== configurationOf(target))
      return "the configuration of the target has changed"
    return content.lastSuccess > now ? "it is from the future: the clock was set back" : undefined
  }

  /** Logs one line for a full disk, however many responses cannot be saved. */
  const report = (error: Unreadable | undefined) =>
    Effect.suspend(() => {
      const wasFailing = isFailing
      isFailing = error !== undefined
      if (error === undefined || wasFailing) return Effect.void
      return Effect.annotateLogs(Effect.logWarning("responses are not saved"), { directory, problem: error.why })
    })

  const write = (target: Target, saved: SavedResponse) =>
    withFile("save", pathOf(target), async () => {
      const content = { ...saved, name: target.name, configuration: configurationOf(target) }
      const temporary = join(directory, `${randomUUID()}.tmp`)
      try {
        await writeFile(temporary, await encode(content, target.staleAfter), { mode: 0o600 })
        await rename(temporary, pathOf(target))
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    }).pipe(
      Effect.andThen(report(undefined)),
      Effect.catch((error) => report(error))
    )

  const load = Effect.fnUntraced(function* (target: Target) {
    const now = yield* Clock.currentTimeMillis
    const content = yield* read(pathOf(target)).pipe(
      Effect.catch((error) => Effect.as(isAbsent(error.code) ? Effect.void : ignore(target, error.why), undefined))
    )
    if (content === undefined) return undefined
    const problem = problemOf(target, content, now)
    if (problem !== undefined) return yield* Effect.as(ignore(target, problem), undefined)
    return now - content.lastSuccess < Duration.toMillis(target.staleAfter) ? content : undefined
  })

  return {
    isFor: ({ interval }) => Duration.isGreaterThanOrEqualTo(interval, minInterval),
    load,
    save: write,
    renew: (target, lastSuccess) =>
      Effect.flatMap(Effect.option(read(pathOf(target))), (content) =>
        content._tag === "None" ? Effect.void : write(target, { ...content.value, lastSuccess })
      ),
    inBackground: (write) => Effect.asVoid(FiberSet.run(writes, write))
  }
}

/** Nothing is saved unless the daemon has a directory for it. */
export const SavedResponses = Context.Reference<ResponseStore | undefined>("poller/SavedResponses", {
  defaultValue: () => undefined
})

/** Milliseconds. If a temporary file is older, the process that wrote it has ended. */
const abandoned = 60_000

const isAbandoned = async (path: string) => Date.now() - (await stat(path)).mtimeMs > abandoned

/** Whether a file is a saved response that is stale. */
const isExpired = async (path: string) => {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(200) })
  const [line = ""] = buffer.toString("latin1", 0, bytesRead).split("\n", 1)
  const expiry = expiryIn(line)
  return expiry !== undefined && expiry < Date.now()
}

/**
 * Removes stale responses, such as those of removed targets. Until they are stale they may belong to another process.
 * Also removes temporary files of processes that were killed. Files that cannot be read or removed stay.
 */
const removeUseless = Effect.fnUntraced(function* (directory: string) {
  for (const name of yield* readDirectory(directory)) {
    const path = join(directory, name)
    const isUseless = name.endsWith(".tmp")
      ? isAbandoned
      : /^[0-9a-f]{32}\.response$/.test(name)
        ? isExpired
        : undefined
    if (isUseless === undefined) continue
    yield* Effect.ignore(withFile("tidy", path, async () => ((await isUseless(path)) ? rm(path) : undefined)))
  }
})

/** The directory may be missing at first. The store logs what it cannot read or write. */
const prepare = (directory: string) =>
  withFile("prepare", directory, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await readdir(directory)
  }).pipe(Effect.catch((error) => (error.code === "ETIMEDOUT" ? Effect.void : Effect.fail(error))))

/** How long the end of the process waits for responses that are being written. */
const exitPatience = Duration.millis(300)

/** Saves responses in a directory, and creates the directory if it is missing. */
export const layer = (directory: string): Layer.Layer<never, Unreadable> =>
  Layer.effect(
    SavedResponses,
    Effect.gen(function* () {
      yield* prepare(directory)
      yield* Effect.ignore(removeUseless(directory)).pipe(
        Effect.repeat(Schedule.spaced(Duration.days(1))),
        Effect.forkScoped
      )
      const writes = yield* FiberSet.make()
      yield* Effect.addFinalizer(() => Effect.timeoutOption(FiberSet.awaitEmpty(writes), exitPatience))
      return makeStore(directory, writes)
    })
  )
