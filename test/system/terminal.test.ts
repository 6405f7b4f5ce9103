import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"
import { program } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const folder = temporaryFolder()
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const response = file("response.json", '{"up":1}')
const good = file(
  "good.yml",
  "targets: [{ name: a, url: 'http://127.0.0.1:1/', metrics: { a_up: { value: up, help: Up. } } }]\n"
)

const noScript = isMissing({ name: "script", probe: ["script", "--version"], install: "apt-get install bsdutils" })

/** The built program on a terminal of its own (script(1)). */
const onTerminal = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
  const command = [...program, ...args].map((word) => `'${word}'`).join(" ")
  // -e: the exit status of the command
  const child = spawn("script", ["-qefc", `exec ${command}`, "/dev/null"], {
    env: { PATH: process.env.PATH, TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "inherit"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const terminal = {
    screen: "",
    ended: once(child, "exit").then(([code]) => code as number),
    type: (text: string) => child.stdin.write(text)
  }
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    terminal.screen += chunk.replaceAll("\r\n", "\n")
  })
  return terminal
}

describe.skipIf(noScript)("on a terminal", () => {
  test("the daemon prints a line for each target, and Ctrl-C stops it", async () => {
    const upstream = await startUpstream(json({ queue: 3, cpu: 0.5 }))
    onTestFinished(() => upstream[Symbol.asyncDispose]())
    const targets = [
      { name: "shop", url: upstream.url, metrics: { shop_queue: "queue", shop_cpu: "cpu", shop_none: "none" } },
      { name: "down", url: "http://127.0.0.1:1/", metrics: { down_up: "up" }, interval: "1m" }
    ]
    const terminal = onTerminal(["--addr", "127.0.0.1:0", file("words.json", JSON.stringify({ targets }))])
    await expect
      .poll(() => terminal.screen, { timeout: 20_000 })
      .toMatch(/^shop: .*\n[\s\S]*^down: .*\n|^down: .*\n[\s\S]*^shop: .*\n/m)
    expect(terminal.screen).toMatch(/^poller \d+\.\d+\.\d+: http:\/\/127\.0\.0\.1:\d+\/\n/)
    expect(terminal.screen).toMatch(/^shop: 2 series, 1 dropped sample, every 30s\n/m)
    expect(terminal.screen).toMatch(/^down: down: connect ECONNREFUSED 127\.0\.0\.1:1, every 1m\n/m)
    expect(terminal.screen).not.toContain("level=INFO")
    terminal.type("\u0003")
    expect(await terminal.ended).toBe(0)
  })

  test("so does demo", async () => {
    const terminal = onTerminal(["demo", "--addr", "127.0.0.1:0"])
    await expect.poll(() => terminal.screen, { timeout: 20_000 }).toMatch(/^\S+: \d+ series, every \S+\n/m)
    terminal.type("\u0003")
    expect(await terminal.ended).toBe(0)
  })

  test("a mistake has its line and a caret", async () => {
    const terminal = onTerminal([
      "check",
      file("bad.yml", "targets:\n  - name: a\n    url: http://x/\n    interval: 5x\n")
    ])
    expect(await terminal.ended).toBe(78)
    expect(terminal.screen).toMatch(/bad\.yml:4:15: .*\n {4}interval: 5x\n {14}\^\n/)
  })

  test("differences have colours, but not with NO_COLOR", async () => {
    const wanted = file("wanted.prom", "# HELP a_up Up.\n# TYPE a_up gauge\na_up 2\n")
    const args = ["once", "--from", response, "--diff", wanted, good]
    const colored = onTerminal(args)
    expect(await colored.ended).toBe(1)
    expect(colored.screen).toContain("\u001b[31m- a_up 2\u001b[0m\n\u001b[32m+ a_up 1\u001b[0m\n")
    const plain = onTerminal(args, { NO_COLOR: "1" })
    expect(await plain.ended).toBe(1)
    expect(plain.screen).toBe("- a_up 2\n+ a_up 1\n")
  })

  test("a long once shows its progress, and clears it at the end", async () => {
    let finish: () => void = () => undefined
    const slow = await startUpstream((request, response) => {
      if (request.url === "/slow") finish = () => void response.end('{"up":1}')
      else response.end('{"up":1}')
    })
    onTestFinished(() => slow[Symbol.asyncDispose]())
    const targets = ["quick", "slow"].map((name) => ({
      name,
      url: `${slow.url}/${name}`,
      metrics: { [`${name}_up`]: "up" }
    }))
    const terminal = onTerminal(["once", file("slow.json", JSON.stringify({ targets }))])
    await expect.poll(() => terminal.screen, { timeout: 10_000 }).toContain("1/2 targets polled")
    finish()
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toMatch(/targets polled\r\u001b\[K# HELP/)
  })
})

describe("without a terminal", () => {
  const run = (args: ReadonlyArray<string>, input: string) => {
    const [command, ...first] = program
    return spawnSync(command, [...first, ...args], { input, encoding: "utf8", env: { PATH: process.env.PATH } })
  }

  test.each([
    [
      "check",
      ["check", "-"],
      "targets: [{ name: a, url: 'http://x/', metrics: { a_up: { value: up, help: Up. } } }]",
      "1 target, no problems\n"
    ],
    ["once --from", ["once", "--from", "-", good], '{"up":1}', "# HELP a_up Up.\n# TYPE a_up gauge\na_up 1\n"]
  ])("%s reads standard input", (_, args, input, output) => {
    expect(run(args, input)).toMatchObject({ status: 0, stdout: output, stderr: "" })
  })

  test("init reads standard input", () => {
    const { status, stdout } = run(["init", "-"], '{"queue_depth":3}')
    expect([status, stdout]).toEqual([0, expect.stringContaining("queue_depth")])
  })

  test("an error is one line, without the line of the file", () => {
    const { status, stderr } = run(
      ["check", "-"],
      "targets: [{ name: a, url: nowhere, metrics: { a_up: { value: up, help: Up. } } }]"
    )
    expect([status, stderr.match(/\n/g)?.length]).toEqual([78, 1])
    expect(stderr).toMatch(/^stdin:1:27: targets\[0\]\.url: /)
  })
})
