import { spawnSync } from "node:child_process"

/** A real counterpart that a test needs: how to see that it is here, and what brings it. */
interface Counterpart {
  readonly name: string
  readonly probe: readonly [command: string, ...args: ReadonlyArray<string>]
  readonly install: string
}

/** Whether the counterpart is missing, so that its tests are skipped; the reason and the remedy are printed. */
export const isMissing = ({ name, probe: [command, ...args], install }: Counterpart): boolean => {
  const missing = spawnSync(command, args).status !== 0
  if (missing) console.warn(`skipped: no ${name} here; ${install}`)
  return missing
}
