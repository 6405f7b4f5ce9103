import { constants } from "node:fs"
import { open, readdir, stat } from "node:fs/promises"
import { dirname } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Size limits of files in bytes. A longer file is refused, whatever it holds. */
export const fileLimits = {
  /** A secret, a certificate or a key. */
  secret: 1_000_000,
  /** A configuration, or a list of targets. */
  list: 16_000_000,
  /** A saved response. */
  response: 1_000_000_000
} as const

/** A file could not be read. */
export class Unreadable extends Data.TaggedError("Unreadable")<{
  readonly path: string
  /** Node's code (`ENOENT`), or one of ours. */
  readonly code: string
  /** The cause in words: `no such file`. */
  readonly why: string
}> {
  override get message() {
    return `cannot read ${this.path}: ${this.why}`
  }
}

/** Whether there is no file of this name. */
export const isAbsent = (code: string): boolean => code === "ENOENT" || code === "ENOTDIR"

const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a directory",
  EEXIST: "there is a file of this name",
  EROFS: "the file system is read-only",
  ELOOP: "a loop of symbolic links",
  ENOSPC: "no space left on the disk",
  EMFILE: "too many open files",
  ENFILE: "too many open files"
}

/** The code of Node's error, and what it says in words. */
export const reasonOf = (error: unknown): { readonly code: string; readonly why: string } => {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException
  return { code, why: words[code] ?? (code || message) }
}

/** Reads are in pieces of this size (bytes) until the end of a file whose size is not known. */
const pieceSize = 65_536

const showLimit = (bytes: number) => (bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`)

/** All system calls of one read. Nothing here is believed: a file may grow, and the size of one in /proc is 0. */
const readNow = async (path: string, limit: number, pipes: boolean): Promise<Buffer> => {
  const refuse = (code: string, why: string) => new Unreadable({ path, code, why })
  const kind = await stat(path)
  if (kind.isDirectory()) throw refuse("EISDIR", "a directory")
  const isPipe = kind.isFIFO() || kind.isCharacterDevice()
  if (!kind.isFile() && !(pipes && isPipe)) throw refuse("ENOTREG", "not a regular file")
  // not blocking, in case a FIFO takes the place of the file now
  const file = await open(path, constants.O_RDONLY | (isPipe ? 0 : constants.O_NONBLOCK))
  try {
    if (!isPipe && !(await file.stat()).isFile()) throw refuse("ENOTREG", "not a regular file")
    const pieces: Array<Buffer> = []
    let size = 0
    for (;;) {
      const wanted = isPipe ? pieceSize : Math.max(kind.size - size, 0) + 1
      const piece = Buffer.alloc(Math.min(wanted, limit - size + 1, 16 * pieceSize))
      const { bytesRead } = await file.read(piece, 0, piece.length, null)
      if (bytesRead === 0) break
      size += bytesRead
      if (size > limit) throw refuse("ETOOLARGE", `longer than ${showLimit(limit)}`)
      pieces.push(piece.subarray(0, bytesRead))
      if (size === kind.size) break
    }
    return Buffer.concat(pieces, size)
  } finally {
    await file.close()
  }
}

type Done = (exit: Exit.Exit<never, Unreadable> | Exit.Exit<unknown>) => void

/** An operation on a file system, and the callers that wait for its result. */
interface Question {
  readonly begin: () => Promise<void>
  readonly waiting: Set<Done>
  readonly directory: Directory
  /** Milliseconds on the monotonic clock; undefined while it waits for its turn. */
  begunAt: number | undefined
}

interface Directory {
  running: number
  readonly queue: Array<Question>
  /** When a question about it was last answered. */
  answeredAt: number
}

/** libuv's own default (https://docs.libuv.org/en/v1.x/threadpool.html). */
const defaultThreads = 4

/**
 * Questions under way at once: a file system that hangs keeps one thread of libuv's pool each, and must leave most of
 * them to the others.
 */
const most = () => {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || defaultThreads
  return { inAll: Math.floor((threads * 3) / 4), inDirectory: Math.max(1, Math.floor(threads / 8)) }
}

const questions = new Map<string, Question>()
const directories = new Map<string, Directory>()
let running = 0

/** Begins what waits and may begin now. */
const beginWaiting = (): void => {
  const { inAll, inDirectory } = most()
  for (const [name, directory] of directories) {
    while (running < inAll && directory.running < inDirectory) {
      const next = directory.queue.shift()
      if (next === undefined) break
      running++
      directory.running++
      next.begunAt = performance.now()
      void next.begin().finally(() => {
        running--
        directory.running--
        directory.answeredAt = performance.now()
        beginWaiting()
      })
    }
    if (directory.running === 0 && directory.queue.length === 0) directories.delete(name)
  }
}

const enqueue = (key: string, path: string, ask: () => Promise<unknown>): Question => {
  const waiting = new Set<Done>()
  const name = dirname(path)
  const directory = directories.get(name) ?? { running: 0, queue: [], answeredAt: 0 }
  const finish = (exit: Parameters<Done>[0]) => {
    questions.delete(key)
    for (const done of waiting) done(exit)
  }
  const question: Question = {
    waiting,
    directory,
    begunAt: undefined,
    begin: async () => {
      // no caller waits any more
      if (waiting.size === 0) return void questions.delete(key)
      try {
        finish(Exit.succeed(await ask()))
      } catch (error) {
        finish(Exit.fail(error instanceof Unreadable ? error : new Unreadable({ path, ...reasonOf(error) })))
      }
    }
  }
  directories.set(name, directory)
  directory.queue.push(question)
  questions.set(key, question)
  return question
}

/** Milliseconds. A file system that takes longer hangs. */
const patience = 5000

/**
 * How long a question may take still (milliseconds): from its begin, or while it waits for its turn, from the last
 * answer about its directory. So a thousand questions may take their time, and each that hangs is found out.
 */
const timeLeft = ({ begunAt, directory }: Question, askedAt: number) =>
  patience - (performance.now() - (begunAt ?? Math.max(askedAt, directory.answeredAt)))

/**
 * Asks in the background, and can be interrupted at any time. A system call that hangs cannot be cut short and keeps
 * its thread: so the same question is asked once at a time, its answer goes to all who ask meanwhile, and few questions
 * go to one directory.
 */
const ask = <A>(
  what: string,
  path: string,
  answer: () => Promise<A>,
  isPatient = false
): Effect.Effect<A, Unreadable> =>
  Effect.callback<A, Unreadable>((resume) => {
    const key = JSON.stringify([what, path])
    const question = questions.get(key) ?? enqueue(key, path, answer)
    const askedAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    const leave = () => {
      clearTimeout(timer)
      question.waiting.delete(done)
    }
    const done: Done = (exit) => {
      leave()
      // the key stands for the type of the answer
      resume(exit as Exit.Exit<A, Unreadable>)
    }
    const wait = () => {
      const rest = timeLeft(question, askedAt)
      if (rest > 0) timer = setTimeout(wait, rest)
      else {
        const why = `no answer in ${patience / 1000}s: its file system hangs`
        done(Exit.fail(new Unreadable({ path, code: "ETIMEDOUT", why })))
      }
    }
    question.waiting.add(done)
    beginWaiting()
    if (!isPatient) wait()
    return Effect.sync(leave)
  })

/** Does something else with a file, under the same rules. Concurrent callers share one result. */
export const withFile: <A>(what: string, path: string, act: () => Promise<A>) => Effect.Effect<A, Unreadable> = ask

/** The content of a regular file of at most `limit` bytes. */
export const readFile = (path: string, limit: number): Effect.Effect<Buffer, Unreadable> =>
  ask(`read ${limit}`, path, () => readNow(path, limit, false))

/** The same of a file that a user names at the command line: also a pipe or a terminal, which is waited for. */
export const readInput = (path: string, limit: number): Effect.Effect<Buffer, Unreadable> =>
  ask(`input ${limit}`, path, () => readNow(path, limit, true), true)

/** What changes when a file is written or replaced. Links are followed. */
export const readStamp = (path: string): Effect.Effect<string, Unreadable> =>
  ask("stamp", path, async () => {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${dev}-${ino}-${size}-${mtimeNs}`
  })

/** The names in a directory. */
export const readDirectory = (path: string): Effect.Effect<ReadonlyArray<string>, Unreadable> =>
  ask("list", path, () => readdir(path))

/** Whether there is a file or a directory of this name. */
export const exists = (path: string): Effect.Effect<boolean, Unreadable> =>
  ask("exists", path, () => stat(path)).pipe(
    Effect.as(true),
    Effect.catch((error) => (isAbsent(error.code) ? Effect.succeed(false) : Effect.fail(error)))
  )

/** Whether a thread of libuv's pool may be in a system call that never ends: Node would wait for it at the exit. */
export const mayHang = (): boolean => running > 0
