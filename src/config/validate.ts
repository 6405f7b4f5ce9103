import { type Environment, expand } from "./environment.ts"
import { type Issue, issue } from "./issue.ts"
import { lint } from "./lint.ts"
import { rawConfiguration } from "./raw-configuration.ts"
import { brokenRules } from "./rules.ts"
import { File } from "./schema/configuration-file.ts"
import { schemaIssues } from "./schema-issues.ts"
import { type Locate, type SecretFileSetting, secretFiles } from "./secret-files.ts"
import type { KeyPath } from "./source-map.ts"

/** What a configuration needs of the machine that it is for. */
export interface LoadContext {
  readonly environment: Environment
  readonly locate: Locate
}

/** All there is to say of a configuration. */
export interface Validation {
  /** Its strings with their variables filled in; decodes when there are no problems. */
  readonly value: unknown
  readonly problems: ReadonlyArray<Issue>
  /** It works, but not as the rest of the world expects it. */
  readonly warnings: ReadonlyArray<Issue>
  readonly secretFiles: ReadonlyArray<SecretFileSetting>
}

const samePath = (a: Issue["path"], b: Issue["path"]) =>
  a.length === b.length && a.every((key, index) => key === b[index])

/** Looks at everything, so that one run finds all; what is wrong only because a variable is not set is passed over. */
export const validate = (given: unknown, { environment, locate }: LoadContext): Validation => {
  const { value, unset } = expand(given, environment)
  const whole = rawConfiguration(value)
  const known = (issue: { readonly path: KeyPath }) => !unset.some(({ path }) => samePath(path, issue.path))
  return {
    value,
    problems: [
      ...unset.map(({ path, message }) => issue(path, message)),
      ...[...schemaIssues(File, value), ...brokenRules(whole)].filter(known)
    ],
    warnings: lint(whole).filter(known),
    secretFiles: secretFiles(whole, locate).filter(known)
  }
}
