import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { located, type Remark, remark, sorted } from "./diagnostics.ts"
import { type TargetSource, targetSource } from "./discovery-source.ts"
import { format } from "./duration.ts"
import type { Issue } from "./issue.ts"
import { survey } from "./raw-configuration.ts"
import { targetMaker } from "./resolve-target.ts"
import { type Problem, read } from "./source-map.ts"
import type { Target } from "./target.ts"
import { type Lists, type Roster, rosters } from "./target-set.ts"
import { isMap } from "./unknown-values.ts"
import { check, type Surroundings } from "./validate.ts"

/** What the command line says of every target that says nothing else itself. */
export interface Flags {
  readonly interval: Duration.Duration | undefined
  readonly timeout: Duration.Duration | undefined
}

/** What is polled. */
export interface Configuration {
  /** The targets of the file itself. */
  readonly targets: ReadonlyArray<Target>
  /** Where more of them are listed. */
  readonly sources: ReadonlyArray<TargetSource>
  /** The targets of the file together with those of the lists. */
  readonly roster: (lists: Lists) => Roster
}

/** What a configuration comes to; it is empty unless there are no problems. */
export interface Loaded extends Configuration {
  readonly problems: ReadonlyArray<Remark>
  readonly warnings: ReadonlyArray<Remark>
  /** Files it names that are not on this machine. */
  readonly absent: ReadonlyArray<Remark>
}

const settings = ({ interval, timeout }: Flags) => ({
  ...(interval && { interval: format(interval) }),
  ...(timeout && { timeout: format(timeout) })
})

/** Below what the file itself gives as its defaults. */
const withFlags = (value: unknown, flags: Flags): unknown => {
  if (!isMap(value)) return value
  const { defaults = {} } = value
  return isMap(defaults) ? { ...value, defaults: { ...settings(flags), ...defaults } } : value
}

const nothing: Configuration = {
  targets: [],
  sources: [],
  roster: () => ({ targets: [], sources: new Map() })
}

/** The meaning of a file without problems. */
const configuration = (value: unknown, { locate }: Surroundings): Configuration => {
  const file = survey(value)
  const make = targetMaker(file, locate)
  const own = file.targets.map((site) => ({ site, target: make(site.settings) }))
  return {
    targets: own.map(({ target }) => target),
    sources: file.sources.map((site) => targetSource(site, locate)),
    roster: rosters(file, own, make)
  }
}

/** A configuration from the text of its file; `flags` stand below its `defaults`. */
export const fromText = (file: string, text: string, surroundings: Surroundings, flags: Flags): Loaded => {
  const source = read(text)
  if (Result.isFailure(source)) {
    return { ...nothing, warnings: [], absent: [], problems: source.failure.map((problem) => remark(file, problem)) }
  }
  const { value, duplicates } = source.success
  const found = check(withFlags(value, flags), surroundings)
  const lines = (issues: ReadonlyArray<Issue>, others: ReadonlyArray<Problem> = []) =>
    sorted([...others, ...issues.map((issue) => located(source.success, issue))]).map((problem) =>
      remark(file, problem)
    )
  const problems = lines(found.problems, duplicates)
  return {
    ...(problems.length === 0 ? configuration(found.value, surroundings) : nothing),
    problems,
    warnings: lines(found.warnings),
    absent: lines(found.absent)
  }
}

/** The one target of `--target URL`; without a mapping, every number of its answers becomes a gauge. */
export const fromFlags = (url: string, surroundings: Surroundings, flags: Flags): Loaded => {
  const name = URL.canParse(url) ? new URL(url).host : url
  const found = check({ targets: [{ name, url, ...settings(flags) }] }, surroundings)
  const problems = found.problems.map(({ path, message }): Remark => {
    const key = path.at(-1)
    return { where: `--${key === "url" ? "target" : key}`, message }
  })
  const made = problems.length === 0 ? configuration(found.value, surroundings) : nothing
  return { ...made, problems, warnings: [], absent: [] }
}
