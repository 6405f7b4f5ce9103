import { readFileSync } from "node:fs"
import type * as Completions from "effect/cli/Completions"
import * as Result from "effect/Result"
import { parseYaml } from "../config/source-map.ts"
import { isMap } from "../config/unknown-values.ts"

/** The hidden command that a shell's function runs to get candidates. */
export const completeCommand = "__complete"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

/**
 * Flags whose value is a file, a directory or the name of a target. The values of other flags are choices, or unknown.
 */
const valueKinds: Readonly<Record<string, "files" | "directories" | "targets">> = {
  "bearer-token-file": "files",
  "cluster-password-file": "files",
  config: "files",
  diff: "files",
  from: "files",
  only: "targets",
  prometheus: "files",
  state: "directories",
  test: "directories",
  "web-config": "files"
}

/** A candidate. `files` and `directories` tell the shell to complete names of files or directories itself. */
export type Candidate = { readonly value: string; readonly description?: string | undefined } | "files" | "directories"

/** The names in `targets` of the configurations on the command line. */
const targetNames = (files: ReadonlyArray<string>): ReadonlyArray<string> =>
  (files.length === 0 ? ["poller.yml"] : files).flatMap((file) => {
    try {
      const parsed = parseYaml(readFileSync(file, "utf8"))
      const targets = Result.isSuccess(parsed) && isMap(parsed.success.value) ? parsed.success.value.targets : []
      return (Array.isArray(targets) ? targets : []).flatMap((target) =>
        isMap(target) && typeof target.name === "string" ? [target.name] : []
      )
    } catch {
      return []
    }
  })

/** Candidates for the last of `words`, which follow the program's name. */
export const complete = (
  words: ReadonlyArray<string>,
  program: Completions.CommandDescriptor,
  globals: ReadonlyArray<Completions.FlagDescriptor>
): ReadonlyArray<Candidate> => {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ""
  const named = program.subcommands.find(({ name }) => before.includes(name))
  const command = named ?? program.subcommands.find(({ name }) => name === "run")
  const flags = [...(command?.flags ?? []), ...globals]
  const flagOf = (word: string) =>
    flags.find(
      ({ name, aliases }) => word.replace(/^--?/, "") === name || aliases.some((alias) => word === `-${alias}`)
    )
  /** The values of `--config` and the plain arguments. */
  const configurations = before.filter(
    (word, index) =>
      !word.startsWith("-") && word !== named?.name && (flagOf(before[index - 1] ?? "")?.name ?? "config") === "config"
  )

  const starting = (
    candidates: ReadonlyArray<{ readonly value: string; readonly description?: string | undefined }>,
    start: string
  ) => candidates.filter(({ value }) => value.startsWith(start))
  const valuesOf = ({ name, type }: Completions.FlagDescriptor, start: string): ReadonlyArray<Candidate> => {
    if (type._tag === "Choice")
      return starting(
        type.values.map((value) => ({ value })),
        start
      )
    const kind = valueKinds[name]
    if (kind === "targets")
      return starting(
        targetNames(configurations).map((value) => ({ value })),
        start
      )
    return kind === undefined ? [] : [kind]
  }

  const previous = before.at(-1) ?? ""
  const open = previous.startsWith("-") && !previous.includes("=") ? flagOf(previous) : undefined
  if (open !== undefined && open.type._tag !== "Boolean") return valuesOf(open, current)
  const [, flag, value] = /^(--?[a-z-]+)=(.*)$/s.exec(current) ?? []
  if (flag !== undefined) {
    const found = flagOf(flag)
    return found === undefined ? [] : valuesOf(found, value ?? "")
  }
  if (current.startsWith("-"))
    return starting(
      flags.map(({ name, description }) => ({ value: `--${name}`, description })),
      current.startsWith("--") ? current : `-${current}`
    )
  const commands =
    named === undefined && before.every((word) => word.startsWith("-"))
      ? starting(
          program.subcommands.map(({ name, description }) => ({ value: name, description })),
          current
        )
      : []
  const takesFile = named === undefined || named.arguments.length > 0
  return takesFile ? [...commands, "files"] : commands
}

/** The words of a command line as bash splits it, without the program's name. The last one may be unfinished. */
export const splitLine = (line: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let word = ""
  let quote = ""
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === "\\" && quote !== "'") word += line.charAt(++at)
    else if (quote !== "" ? char === quote : char === "'" || char === '"') quote = quote === "" ? char : ""
    else if (quote === "" && /\s/.test(char)) {
      if (word !== "" || /\s/.test(line.charAt(at - 1)) === false) words.push(word)
      word = ""
    } else word += char
  }
  return [...words, word].slice(1)
}

/**
 * Formats candidates for the shell's function: one on each line, with its description after a tab;
 * `:files` or `:directories` if the shell completes such names itself.
 */
export const formatCandidates = (candidates: ReadonlyArray<Candidate>): string =>
  candidates
    .map((candidate) =>
      typeof candidate === "string"
        ? `:${candidate}\n`
        : `${candidate.value}\t${(candidate.description ?? "").replace(/ \[(?:default|env): .*/s, "")}\n`
    )
    .join("")

/** The completion functions, for the startup file of each shell. */
export const completionScript: Readonly<Record<Shell, string>> = {
  bash: `# completion for poller: source <(poller --completions bash)
_poller() {
  local cur=\${COMP_WORDS[COMP_CWORD]} line
  # = and : are words of their own in bash
  if [[ $cur == = || $cur == : ]]; then cur=; fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur") ;;
      :directories) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur") ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" ${completeCommand} bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _poller poller
`,
  zsh: `#compdef poller
# completion for poller: source <(poller --completions zsh), after compinit
_poller() {
  local line
  local -a candidates
  local -a given=("\${(@Q)words[2,CURRENT]}")
  for line in "\${(@f)$("$words[1]" ${completeCommand} zsh "\${given[@]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) [[ $PREFIX == --*=* ]] && compset -P '*='; _files ;;
      :directories) [[ $PREFIX == --*=* ]] && compset -P '*='; _files -/ ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  if (( $#candidates )); then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _describe poller candidates
  fi
}
compdef _poller poller
`,
  fish: `# completion for poller: poller --completions fish | source
function __poller_complete
  set -l words (commandline -opc)
  set -l program $words[1]
  set -e words[1]
  set -l current (commandline -ct)
  set -l prefix (string match -r -- '^--[^=]*=' $current)
  set -l value (string replace -r -- '^--[^=]*=' '' $current)
  for line in ($program ${completeCommand} fish $words $current 2>/dev/null)
    switch $line
      case ':files'
        for path in (__fish_complete_path $value)
          echo "$prefix$path"
        end
      case ':directories'
        for path in (__fish_complete_directories $value)
          echo "$prefix$path"
        end
      case '*'
        echo "$prefix$line"
    end
  end
end
complete -c poller -f -a '(__poller_complete)'
`
}
