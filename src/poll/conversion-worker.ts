import type { MessagePort, Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Answer } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import { compileTransform, type TransformSpec } from "../config/transform-spec.ts"
import { keep, large as largeMemory, lendFrom } from "../exposition/memory.ts"
import { Converter, convert, convertChanged, forgetResponse } from "./convert-response.ts"
import { memoize } from "./memoize.ts"
import type { Outcome } from "./outcome.ts"

/** Answers from this size on (bytes) are digested on a thread of their own: here they would hold every scrape for a tenth of a second. */
const minWorkerBytes = 4_000_000

/** A thread without work is ended after this time (milliseconds), with all the memory that a large answer took. */
const idleTimeout = 60_000

interface Job {
  readonly id: number
  readonly spec: TransformSpec
  readonly answer: Answer
}

/** Of lines that the thread has sent, and that no page shows any more. */
interface Returned {
  readonly memory: ArrayBuffer
}

interface Done {
  readonly id: number
  readonly outcome: Outcome
}

/** Memory that can change hands, in place of being copied: small pieces share theirs with others. */
const transferable = (bytes: ReadonlyArray<Uint8Array>): ReadonlyArray<ArrayBuffer> =>
  bytes.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && byteLength >= largeMemory ? [buffer] : []
  )

const linesOf = (outcome: Outcome): ReadonlyArray<Uint8Array> =>
  outcome._tag === "Good" ? (outcome.result?.blocks ?? []).map(({ lines }) => lines) : []

const workerDied = (error: unknown): Outcome => ({
  _tag: "Failed",
  reason: "internal",
  message: `the answer could not be digested: ${error instanceof Error ? error.message : String(error)}`
})

/** How the daemon comes by its thread. */
export interface WorkerOptions {
  readonly start: () => Worker
  /** Prepares the heaps of all threads for more answers of so many bytes. */
  readonly makeRoom: (bytes: number) => void
}

/** The daemon's end: large answers go to a thread, which is started when there is one and ended when there are none. */
const makeConverter = ({ start, makeRoom }: WorkerOptions, from: number) => {
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
      for (const memory of transferable(linesOf(outcome))) lendFrom(returnMemory, memory)
      if (waiting.size === 0) idle = setTimeout(end, idleTimeout).unref()
      resolve?.(outcome)
    })
    started.on("error", (error) => {
      worker = undefined
      const lost = [...waiting.values()]
      // before they hear of it: who does may come with the next answer
      waiting.clear()
      for (const resolve of lost) resolve(workerDied(error))
    })
    return started
  }

  const convertInWorker = (target: Target, answer: Answer & { readonly body: Uint8Array }) =>
    Effect.callback<Outcome>((resume) => {
      clearTimeout(idle)
      worker ??= startWorker()
      const { spec } = target
      const id = jobs++
      waiting.set(id, (outcome) => resume(Effect.succeed(outcome)))
      forgetResponse(target)
      worker.postMessage({ id, spec, answer } satisfies Job, [...transferable([answer.body])])
    })

  const convertHere = (target: Target, answer: Answer) => Effect.sync(() => convertChanged(target, answer))

  return {
    end,
    convert: (target: Target, answer: Answer) =>
      answer._tag === "Fresh" && answer.body.length >= from
        ? convertInWorker(target, answer)
        : convertHere(target, answer)
  }
}

/** Answers of `from` bytes and more are digested by a thread that is started then, and whose program is `digestFor`. */
export const layer = (threads: WorkerOptions, from = minWorkerBytes): Layer.Layer<never> =>
  Layer.effect(
    Converter,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => makeConverter(threads, from)),
        ({ end }) => Effect.sync(end)
      ),
      ({ convert }) => convert
    )
  )

/** A transform by its recipe's text: one that was made before knows what its answers look like. */
const transformOf = memoize((text: string) => compileTransform(JSON.parse(text)))

/** The thread's end: digests what comes, one after the other. */
export const runConversionWorker = (daemon: MessagePort): void => {
  daemon.on("message", (message: Job | Returned) => {
    if ("memory" in message) return keep(message.memory)
    const { id, spec, answer } = message
    const outcome = convert({ transform: transformOf(JSON.stringify(spec)), maxSeries: spec.maxSeries }, answer)
    daemon.postMessage({ id, outcome } satisfies Done, [...transferable(linesOf(outcome))])
  })
}
