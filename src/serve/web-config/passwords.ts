import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { setPriority } from "node:os"
import type { MessagePort, Worker } from "node:worker_threads"
import { compareSync } from "bcryptjs"
import * as Effect from "effect/Effect"

/**
 * A bcrypt hash of cost 10 for unknown users. Without it they would be refused sooner than known ones, and a client
 * could find out which users exist.
 */
const unknownUserHash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"

/** Limits of passwords that wait to be hashed: of all clients together, and of one address. */
const maxWaiting = 64
const maxWaitingOfAddress = 8

/** How many wrong pairs of user and password are remembered, and for how long (milliseconds). */
const maxWrong = 1000
const wrongLifetime = 300_000

/** A worker without work ends after this time (milliseconds). */
const idleTimeout = 60_000

interface Job {
  readonly id: number
  readonly password: string
  readonly hash: string
}

interface Done {
  readonly id: number
  readonly isRight: boolean
}

/**
 * Compares a password with a hash. The prefix becomes `$2b$`: bcryptjs does not read all of them, such as PHP's `$2x$`.
 */
const compare = (password: string, hash: string): boolean => {
  try {
    return compareSync(password, hash.replace(/^\$2[^$]?\$/, "$2b$").slice(0, 60)) && hash.length === 60
  } catch {
    return false
  }
}

/** Nice value of the worker: the threads that poll and serve come first. */
const niceness = 10

/** Runs in the worker: compares one password after the other. */
export const runPasswordWorker = (daemon: MessagePort): void => {
  // on Linux it changes this thread only (setpriority(2), "C library/kernel differences")
  setPriority(0, niceness)
  daemon.on("message", ({ id, password, hash }: Job) => {
    daemon.postMessage({ id, isRight: compare(password, hash) } satisfies Done)
  })
}

/** Hashes in a worker. It starts with the first password and ends when it has been idle. */
const makeHasher = (start: () => Worker) => {
  const waiting = new Map<number, (isRight: boolean | undefined) => void>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let jobs = 0

  const end = () => {
    void worker?.terminate()
    worker = undefined
  }

  const startWorker = () => {
    const started = start()
    started.unref()
    started.on("message", ({ id, isRight }: Done) => {
      const resolve = waiting.get(id)
      waiting.delete(id)
      if (waiting.size === 0) idle = setTimeout(end, idleTimeout).unref()
      resolve?.(isRight)
    })
    started.on("error", () => {
      worker = undefined
      const lost = [...waiting.values()]
      waiting.clear()
      for (const resolve of lost) resolve(undefined)
    })
    return started
  }

  /** Resolves to undefined if the worker died. */
  return (password: string, hash: string): Promise<boolean | undefined> => {
    clearTimeout(idle)
    worker ??= startWorker()
    const id = jobs++
    const done = new Promise<boolean | undefined>((resolve) => waiting.set(id, resolve))
    worker.postMessage({ id, password, hash } satisfies Job)
    return done
  }
}

const separate = (authorization: string | undefined): readonly [user: string, password: string] | undefined => {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "") ?? []
  if (encoded === undefined) return undefined
  const credentials = Buffer.from(encoded, "base64").toString("utf8")
  const colon = credentials.indexOf(":")
  return colon < 0 ? undefined : [credentials.slice(0, colon), credentials.slice(colon + 1)]
}

/** `busy`: too many passwords wait to be checked. */
export type Verdict = "right" | "wrong" | "busy"

/**
 * Checks `Authorization: Basic` (RFC 7617) against bcrypt hashes by user. Hashes are computed one at a time in a
 * worker, so that guesses do not slow down the pages. Pairs that were checked are remembered by a keyed digest, the
 * wrong ones for some minutes. Their verdict is returned at once, without an effect.
 */
export const makePasswords = (start: () => Worker) => {
  const hashed = makeHasher(start)
  const key = randomBytes(32)
  /** By user: the digest of the user, the hash and the right password. */
  const right = new Map<string, Buffer>()
  /** By digest: when the pair is forgotten (monotonic milliseconds). */
  const wrong = new Map<string, number>()
  const checking = new Map<string, Promise<Verdict>>()
  const ofAddress = new Map<string, number>()

  const check = async (user: string, password: string, hash: string | undefined, digest: Buffer): Promise<Verdict> => {
    const isRight = await hashed(password, hash ?? unknownUserHash)
    if (isRight === undefined) return "busy"
    if (isRight && hash !== undefined) {
      right.set(user, digest)
      return "right"
    }
    const [oldest] = wrong.keys()
    if (wrong.size >= maxWrong && oldest !== undefined) wrong.delete(oldest)
    wrong.set(digest.toString("base64"), performance.now() + wrongLifetime)
    return "wrong"
  }

  const enqueue = (address: string, name: string, begin: () => Promise<Verdict>): Promise<Verdict> | "busy" => {
    const waiting = ofAddress.get(address) ?? 0
    if (checking.size >= maxWaiting || waiting >= maxWaitingOfAddress) return "busy"
    ofAddress.set(address, waiting + 1)
    const verdict = begin().finally(() => {
      checking.delete(name)
      const left = (ofAddress.get(address) ?? 1) - 1
      if (left === 0) ofAddress.delete(address)
      else ofAddress.set(address, left)
    })
    checking.set(name, verdict)
    return verdict
  }

  return (
    users: Readonly<Record<string, string>>,
    authorization: string | undefined,
    address: string
  ): Verdict | Effect.Effect<Verdict> => {
    const pair = separate(authorization)
    if (pair === undefined) return "wrong"
    const [user, password] = pair
    const hash = Object.hasOwn(users, user) ? users[user] : undefined
    const digest = createHmac("sha256", key)
      .update(JSON.stringify([user, hash ?? "", password]))
      .digest()
    const remembered = right.get(user)
    if (hash !== undefined && remembered !== undefined && timingSafeEqual(remembered, digest)) return "right"
    const name = digest.toString("base64")
    const until = wrong.get(name)
    if (until !== undefined && performance.now() < until) return "wrong"
    wrong.delete(name)
    const verdict = checking.get(name) ?? enqueue(address, name, () => check(user, password, hash, digest))
    return verdict === "busy" ? verdict : Effect.promise(() => verdict)
  }
}
