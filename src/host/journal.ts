import { fstatSync } from "node:fs"

/**
 * Whether stderr is the journal: then `$JOURNAL_STREAM` is its device and inode (systemd.exec(5)). The variable alone proves nothing,
 * since what a service starts inherits it, with whatever stderr.
 */
export const stderrIsJournal = ({ JOURNAL_STREAM: stream }: NodeJS.ProcessEnv): boolean => {
  if (stream === undefined) return false
  const { dev, ino } = fstatSync(2)
  return stream === `${dev}:${ino}`
}
