import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { program } from "./program.ts"

const folder = temporaryFolder()
const bin = join(folder, "bin")
mkdirSync(bin)
mkdirSync(join(folder, "work"))

/** `poller` on the PATH: the built program for completions, otherwise a script that prints its arguments. */
const quoted = program.map((word) => `'${word}'`).join(" ")
writeFileSync(
  join(bin, "poller"),
  `#!/bin/sh
case $1 in
__complete | --completions) exec ${quoted} "$@" ;;
esac
printf 'ARGS'
printf '<%s>' "$@"
echo
`
)
chmodSync(join(bin, "poller"), 0o755)
writeFileSync(
  join(folder, "work/conf it.yml"),
  "targets: [{ name: shop, url: 'http://x/' }, { name: fleet, url: 'http://x/' }]\n"
)
const env = { PATH: `${bin}:${process.env.PATH}`, HOME: folder, TERM: "dumb", LC_ALL: "C.UTF-8" }

/** Opens an interactive shell on a terminal (script(1)). */
const openTerminal = (command: string, start: string) => {
  const child = spawn("script", ["-qfc", command, "/dev/null"], { cwd: join(folder, "work"), env })
  onTestFinished(() => void child.kill("SIGKILL"))
  let screen = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    screen += chunk
  })
  const shows = (text: string) => expect.poll(() => screen, { timeout: 20_000, interval: 20 }).toContain(text)
  return {
    ready: async () => {
      child.stdin.write(`${start}; echo rea''dy\n`)
      await shows("ready\r\n")
    },
    /** Types a line, in which tabs complete. Returns the arguments that `poller` then got. */
    args: async (line: string) => {
      for (const part of line.split(/(?<=\t)/)) {
        const before = screen.length
        child.stdin.write(part)
        // the shell has shown what it completed
        if (part.endsWith("\t")) {
          await expect.poll(() => screen.length, { timeout: 20_000 }).toBeGreaterThan(before + part.length - 1)
          await sleep(300)
        }
      }
      child.stdin.write("\n")
      await expect.poll(() => screen, { timeout: 20_000, interval: 20 }).toMatch(/ARGS<.*>\r\n/)
      const args = /ARGS(<.*>)\r\n/.exec(screen)?.[1] ?? ""
      screen = ""
      return args
    },
    end: async () => {
      child.stdin.write("exit\n")
      await once(child, "exit")
    }
  }
}

const lines: ReadonlyArray<readonly [line: string, args: string]> = [
  ["poller che\t", "<check>"],
  ["poller once --stri\t", "<once><--strict>"],
  ["poller --log-level=deb\t", "<--log-level=debug>"],
  ["poller --log-le\t deb\t", "<--log-level><debug>"],
  ["poller check conf\t", "<check><conf it.yml>"],
  ["poller run --config conf\t", "<run><--config><conf it.yml>"],
  ["poller once -c conf\t --only sh\t", "<once><-c><conf it.yml><--only><shop>"],
  ["poller --log-format j\t once", "<--log-format><json><once>"]
]

describe.each([
  ["bash", "bash --norc --noprofile -i", "PS1='$ '; source <(poller --completions bash)"],
  ["zsh", "zsh -f -i", "PS1='$ '; autoload -Uz compinit; compinit -u -D; source <(poller --completions zsh)"]
])("%s completes", (shell, command, start) => {
  const noShell = isMissing({ name: shell, probe: [shell, "-c", "exit 0"], install: `apt-get install ${shell}` })
  const noScript = isMissing({ name: "script", probe: ["script", "--version"], install: "apt-get install bsdutils" })
  test.skipIf(noShell || noScript)(
    "commands, flags, choices, files and names of targets",
    async () => {
      const terminal = openTerminal(command, start)
      await terminal.ready()
      for (const [line, args] of lines) expect([line, await terminal.args(line)]).toEqual([line, args])
      await terminal.end()
      // every tab starts the program
    },
    90_000
  )
})

describe("fish completes", () => {
  const noFish = isMissing({ name: "fish", probe: ["fish", "-c", "exit 0"], install: "apt-get install fish" })
  const completions = (line: string) => {
    const script = `poller --completions fish | source; complete -C ${JSON.stringify(line)}`
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script], {
      cwd: join(folder, "work"),
      env,
      encoding: "utf8"
    })
    expect(stderr).toBe("")
    return stdout.split("\n").flatMap((text) => (text === "" ? [] : [text.replace(/\t.*/, "")]))
  }

  test.skipIf(noFish)("commands, flags, choices, files and names of targets", () => {
    expect(completions("poller che")).toEqual(["check"])
    expect(completions("poller once --stri")).toEqual(["--strict"])
    expect(completions("poller --log-level=deb")).toEqual(["--log-level=debug"])
    expect(completions("poller --log-level deb")).toEqual(["debug"])
    expect(completions("poller check conf")).toEqual(["conf it.yml"])
    expect(completions("poller run --config=conf")).toEqual(["--config=conf it.yml"])
    expect(completions("poller once -c 'conf it.yml' --only sh")).toEqual(["shop"])
    expect(completions("poller --log-format j")).toEqual(["json"])
  })
})
