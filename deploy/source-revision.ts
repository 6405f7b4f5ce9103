import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

/** The commit of the sources, and its time in seconds since the epoch. */
export interface SourceRevision {
  /** Twelve digits, with `+changes` if `src` differs from the commit; empty if unknown. */
  readonly commit: string
  readonly time: number
}

const git = (...args: ReadonlyArray<string>) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim()

/** From the file that `git archive` fills in (gitattributes(5), export-subst). */
const ofArchive = (): SourceRevision | undefined => {
  const [, commit = "", time = ""] = /^([0-9a-f]{12})[0-9a-f]* (\d+)$/.exec(archiveText()) ?? []
  return commit === "" ? undefined : { commit, time: Number(time) }
}

const archiveText = () => readFileSync(join(root, "deploy/archive.txt"), "utf8").trim()

const ofCheckout = (): SourceRevision | undefined => {
  try {
    // in a copy of the sources inside another repository, git would report the commit of that one
    if (git("rev-parse", "--show-prefix") !== "") return undefined
    const [commit = "", time = ""] = git("log", "-1", "--abbrev=12", "--format=%h %ct").split(" ")
    const changed = git("status", "--porcelain", "src") !== ""
    return { commit: changed ? `${commit}+changes` : commit, time: Number(time) }
  } catch {
    return undefined
  }
}

/** Without a known commit, the time is that of package.json. */
const ofCopy = (): SourceRevision => ({
  commit: "",
  time: Math.floor(statSync(join(root, "package.json")).mtimeMs / 1000)
})

/** Works in a git checkout, in a source archive, and in any other copy of the sources. */
export const sourceRevision = (): SourceRevision => ofArchive() ?? ofCheckout() ?? ofCopy()
