/*
 * With a start-up snapshot Node lays compiled code of all its own 440 modules, and each process copies all of it into
 * its memory: 4 MB, most of it for what poller never loads (test runner, inspector, QUIC) or for what the snapshot has
 * in it already. Here it goes out again.
 *
 * It is the last part of the snapshot: the number of modules, then of each the length and the text of its name, the
 * length and the bytes of its code (SnapshotData in node_snapshotable.cc of Node; numbers of 64 bits, little-endian).
 */

/** Where a module's code begins and ends in the file, with what is said of it. */
interface Module {
  readonly name: string
  readonly begin: number
  readonly end: number
}

const longest = { name: 100, code: 1_000_000 }

/** What can be neither is not read: nearly all of the file is none of this. */
const numberAt = (bytes: Buffer, at: number, most: number): number | undefined => {
  if (at + 8 > bytes.length || bytes.readUInt32LE(at + 4) !== 0) return undefined
  const number = bytes.readUInt32LE(at)
  return number > 0 && number <= most ? number : undefined
}

const moduleAt = (bytes: Buffer, begin: number): Module | undefined => {
  const length = numberAt(bytes, begin, longest.name)
  if (length === undefined) return undefined
  const name = bytes.toString("latin1", begin + 8, begin + 8 + length)
  const code = numberAt(bytes, begin + 8 + length, longest.code)
  if (code === undefined || !/^[\w/-]+$/.test(name)) return undefined
  const end = begin + 16 + length + code
  return end <= bytes.length ? { name, begin, end } : undefined
}

/** The modules from a place on; nothing where it is another one. */
const modulesAt = (bytes: Buffer, at: number): ReadonlyArray<Module> | undefined => {
  const count = numberAt(bytes, at, 2000)
  if (count === undefined) return undefined
  const modules: Array<Module> = []
  let begin = at + 8
  while (modules.length < count) {
    const module = moduleAt(bytes, begin)
    if (module === undefined) return undefined
    modules.push(module)
    begin = module.end
  }
  // a number and a word that stand together by chance
  return modules.length >= 100 ? modules : undefined
}

/**
 * Takes the code of all other modules than `kept` out of the bytes of an executable, in place. False where there is
 * none, as this knows it.
 */
export const keepCode = (bytes: Buffer, kept: ReadonlySet<string>): boolean => {
  for (let at = 0; at < bytes.length; at++) {
    const modules = modulesAt(bytes, at)
    if (modules === undefined) continue
    const found = modules.filter(({ name }) => kept.has(name))
    const code = Buffer.concat(found.map(({ begin, end }) => bytes.subarray(begin, end)))
    bytes.writeBigUInt64LE(BigInt(found.length), at)
    bytes.fill(0, at + 8, modules.at(-1)?.end)
    code.copy(bytes, at + 8)
    return true
  }
  return false
}

/** The modules among what `process.moduleLoadList` names. */
const modulesOf = (loaded: ReadonlyArray<string>): ReadonlyArray<string> =>
  loaded.flatMap((part) => /^NativeModule (.*)$/.exec(part)?.[1] ?? [])

/**
 * The names of the modules that a process still loads that began with those `loaded` and comes to use all `builtins`,
 * and of those that its threads do.
 */
export const neededLater = (
  run: (...args: ReadonlyArray<string>) => string,
  loaded: ReadonlyArray<string>,
  builtins: ReadonlyArray<string>
): ReadonlySet<string> => {
  const script = `
    const { Worker } = require("node:worker_threads")
    for (const name of ${JSON.stringify(builtins)}) process.getBuiltinModule(name)
    new Worker("require('node:worker_threads').parentPort.postMessage(process.moduleLoadList)", { eval: true })
      .on("message", (thread) => console.log(JSON.stringify({ process: process.moduleLoadList, thread })))
  `
  const all: Readonly<Record<"process" | "thread", ReadonlyArray<string>>> = JSON.parse(
    run("--no-warnings", "--eval", script)
  )
  const already = new Set(modulesOf(loaded))
  return new Set([...modulesOf(all.thread), ...modulesOf(all.process).filter((name) => !already.has(name))])
}
