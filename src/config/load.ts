import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { build } from "./build.ts"
import { check, type Surroundings } from "./check.ts"
import { format } from "./duration.ts"
import type { Issue } from "./issue.ts"
import { located, type Remark, remark, sorted } from "./report.ts"
import { type Problem, read } from "./source.ts"
import { isMap } from "./survey.ts"
import type { Target } from "./target.ts"

/** What the command line says of every target that says nothing else itself. */
export interface Flags {
  readonly interval: Duration.Duration | undefined
  readonly timeout: Duration.Duration | undefined
}

/** What a configuration comes to. */
export interface Loaded {
  /** None unless there are no problems. */
  readonly targets: ReadonlyArray<Target>
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

/** A configuration from the text of its file; `flags` stand below its `defaults`. */
export const fromText = (file: string, text: string, surroundings: Surroundings, flags: Flags): Loaded => {
  const source = read(text)
  if (Result.isFailure(source)) {
    return { targets: [], warnings: [], absent: [], problems: source.failure.map((problem) => remark(file, problem)) }
  }
  const { value, duplicates } = source.success
  const found = check(withFlags(value, flags), surroundings)
  const lines = (issues: ReadonlyArray<Issue>, others: ReadonlyArray<Problem> = []) =>
    sorted([...others, ...issues.map((issue) => located(source.success, issue))]).map((problem) =>
      remark(file, problem)
    )
  const problems = lines(found.problems, duplicates)
  return {
    targets: problems.length === 0 ? build(found.value, surroundings.locate) : [],
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
  const targets = problems.length === 0 ? build(found.value, surroundings.locate) : []
  return { targets, problems, warnings: [], absent: [] }
}
