import type { MessagePort, Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { UpstreamResponse } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import { compileTransform, type TransformSpec } from "../config/transform-spec.ts"
import { largeBlock } from "../exposition/buffer-pool.ts"
import { WriterPool } from "../exposition/sample-writer.ts"
import { memoize } from "../host/memoize.ts"
import { Converter, convert, convertChanged, documentsOf, forgetResponse, sizeOf } from "./convert-response.ts"
import type { Outcome } from "./outcome.ts"
import { Writers } from "./writers.ts"

/**
 * Bytes. A response of this size or more is converted by a worker; in the main thread it would block scrapes for a
 * tenth of a second.
 */
const minWorkerBytes = 4_000_000

/** Milliseconds. A worker without work ends after this time and returns the memory that large responses needed. */
const idleTimeout = 60_000

interface Job {
  readonly id: number
  readonly spec: TransformSpec
  readonly response: UpstreamResponse
}

/** Memory of blocks that the worker has sent and that no page shows any more. */
interface Returned {
  readonly memory: ArrayBuffer
}

interface Done {
  readonly id: number
  readonly outcome: Outcome
}

/** Memory that can be transferred to the other thread. Small buffers share their memory with others, and are copied. */
const transferable = (bytes: ReadonlyArray<Uint8Array>): ReadonlyArray<ArrayBuffer> =>
  bytes.flatMap(({ buffer, byteLength }) => (buffer instanceof ArrayBuffer && byteLength >= largeBlock ? [buffer] : []))

/** The response without its function, which cannot be sent to another thread. */
const cloneable = (response: UpstreamResponse): UpstreamResponse =>
  response._tag === "Fresh" ? { ...response, release: undefined } : response

const linesOf = (outcome: Outcome): ReadonlyArray<Uint8Array> =>
  outcome._tag === "Good" ? (outcome.result?.blocks ?? []).map(({ lines }) => lines) : []

const workerDied = (error: unknown): Outcome => ({
  _tag: "Failed",
  reason: "internal",
  message: `the response could not be converted: ${error instanceof Error ? error.message : String(error)}`
})

export interface WorkerOptions {
  readonly start: () => Worker
  /** Prepares the heaps of all threads for more responses of this size in bytes. */
  readonly makeRoom: (bytes: number) => void
}

/** The side of the main thread. The worker starts with the first large response and ends when it has been idle. */
const makeConverter = ({ start, makeRoom }: WorkerOptions, minBytes: number, writers: WriterPool) => {
  const waiting = new Map<number, (outcome: Outcome) => void>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let jobs = 0

  const end = () => {
    if (worker === undefined) return
    worker.terminate()
    worker = undefined
    makeRoom(0)
  }

  const startWorker = () => {
    const started = start()
    started.unref()
    const returnMemory = (memory: ArrayBuffer) => started.postMessage({ memory } satisfies Returned, [memory])
    started.on("message", ({ id, outcome }: Done) => {
      const resolve = waiting.get(id)
      waiting.delete(id)
      makeRoom(outcome.bytes ?? 0)
      for (const memory of transferable(linesOf(outcome))) writers.buffers.lend(memory, returnMemory)
      if (waiting.size === 0) idle = setTimeout(end, idleTimeout).unref()
      resolve?.(outcome)
    })
    started.on("error", (error) => {
      worker = undefined
      const lost = [...waiting.values()]
      // cleared before they resume: one of them may send the next response at once
      waiting.clear()
      for (const resolve of lost) resolve(workerDied(error))
    })
    return started
  }

  const convertInWorker = (target: Target, response: Extract<UpstreamResponse, { readonly _tag: "Fresh" }>) =>
    Effect.callback<Outcome>((resume) => {
      clearTimeout(idle)
      worker ??= startWorker()
      const { spec } = target
      const id = jobs++
      waiting.set(id, (outcome) => resume(Effect.succeed(outcome)))
      forgetResponse(target)
      worker.postMessage({ id, spec, response: cloneable(response) } satisfies Job, [
        ...transferable([response.body, ...(response.pages ?? []), ...documentsOf(response.details ?? [])])
      ])
    })

  const convertHere = (target: Target, response: UpstreamResponse) =>
    Effect.sync(() => convertChanged(target, response, writers))

  return {
    end,
    convert: (target: Target, response: UpstreamResponse) =>
      response._tag === "Fresh" && sizeOf(response) >= minBytes
        ? convertInWorker(target, response)
        : convertHere(target, response)
  }
}

/** Converts responses of `minBytes` and more in a worker whose program is `runConversionWorker`. */
export const layer = (options: WorkerOptions, minBytes = minWorkerBytes): Layer.Layer<never> =>
  Layer.effect(
    Converter,
    Effect.gen(function* () {
      const writers = yield* Writers
      const { convert } = yield* Effect.acquireRelease(
        Effect.sync(() => makeConverter(options, minBytes, writers)),
        ({ end }) => Effect.sync(end)
      )
      return convert
    })
  )

/** By the text of the spec. A transform that is used again has learned whether it may assume where lists are. */
const transformOf = memoize((spec: string) => compileTransform(JSON.parse(spec)))

/** The side of the worker: converts one response after the other. */
export const runConversionWorker = (daemon: MessagePort): void => {
  const writers = new WriterPool()
  daemon.on("message", (message: Job | Returned) => {
    if ("memory" in message) return writers.buffers.release(message.memory)
    const { id, spec, response } = message
    const outcome = convert(
      { transform: transformOf(JSON.stringify(spec)), maxSeries: spec.maxSeries },
      response,
      writers
    )
    daemon.postMessage({ id, outcome } satisfies Done, [...transferable(linesOf(outcome))])
  })
}
