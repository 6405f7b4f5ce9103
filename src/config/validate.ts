import { type Environment, expand } from "./environment.ts"
import { type Issue, issue } from "./issue.ts"
import { lint } from "./lint.ts"
import { survey } from "./raw-configuration.ts"
import { brokenRules } from "./rules.ts"
import { File } from "./schema/configuration-file.ts"
import { issuesOf } from "./schema-issues.ts"
import { absentFiles, type Locate } from "./secret-files.ts"

/** What a configuration needs of the machine that it is for. */
export interface Surroundings {
  readonly environment: Environment
  readonly locate: Locate
}

/** All there is to say of a configuration. */
export interface Findings {
  /** Its strings with their variables filled in; decodes when there are no problems. */
  readonly value: unknown
  readonly problems: ReadonlyArray<Issue>
  /** It works, but not as the rest of the world expects it. */
  readonly warnings: ReadonlyArray<Issue>
  /** Files it names that are not on this machine: a problem where it is to run, and nowhere else. */
  readonly absent: ReadonlyArray<Issue>
}

const samePath = (a: Issue["path"], b: Issue["path"]) =>
  a.length === b.length && a.every((key, index) => key === b[index])

/** Looks at everything, so that one run finds all; what is wrong only because a variable is not set is passed over. */
export const check = (given: unknown, { environment, locate }: Surroundings): Findings => {
  const { value, unset } = expand(given, environment)
  const whole = survey(value)
  const known = (issue: Issue) => !unset.some(({ path }) => samePath(path, issue.path))
  return {
    value,
    problems: [
      ...unset.map(({ path, message }) => issue(path, message)),
      ...[...issuesOf(File, value), ...brokenRules(whole)].filter(known)
    ],
    warnings: lint(whole).filter(known),
    absent: absentFiles(whole, locate).filter(known)
  }
}
