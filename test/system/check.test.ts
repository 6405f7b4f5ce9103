import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { examples } from "../config/examples.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program } from "./program.ts"

const folder = temporaryFolder()

const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const poller = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => new Program(args, { env }).ended

const good = file(
  "good.yml",
  "targets: [{ name: a, url: 'http://127.0.0.1:1/', metrics: { a_up: { value: up, help: Up. } } }]\n"
)
const warned = file(
  "warned.yml",
  "targets: [{ name: a, url: 'http://127.0.0.1:1/', metrics: { a_ms: { value: up, help: Up. } } }]\n"
)
const bad = file(
  "bad.yml",
  "targets:\n  - name: a\n    url: nowhere\n    interval: 5s\n    timeout: 10s\n    metrics: { a_up: { value: up, help: Up. } }\n"
)
const secret = file(
  "secret.yml",
  "targets: [{ name: a, url: 'http://127.0.0.1:1/', auth: { bearer_token_file: token }, metrics: { a_up: { value: up, help: Up. } } }]\n"
)

const problems = `${bad}:3:10: targets[0].url: expected a URL that begins with http://, https://, http+unix:// or file://
${bad}:5:14: targets[0].timeout: the timeout (10s) is longer than the interval (5s)
`
const warning = `${warned}:1:61: warning: targets[0].metrics.a_ms: use the base unit: a_seconds with unit: ms\n`

test.each([
  ["a good file", [good], {}, 0, "1 target, no problems\n", ""],
  ["a good file, by its short flag", ["-c", good], {}, 0, "1 target, no problems\n", ""],
  ["a good file, by its flag", ["--config", good], {}, 0, "1 target, no problems\n", ""],
  ["a good file, by the environment", [], { POLLER_CONFIG: good }, 0, "1 target, no problems\n", ""],
  ["a bad file", [bad], {}, 78, "", problems],
  ["one that is warned about", [warned], {}, 0, "1 target, no problems\n", warning],
  ["the same, strictly", ["--strict", warned], {}, 78, "", warning],
  ["strictness by the environment", [warned], { POLLER_STRICT: "true" }, 78, "", warning],
  ["no file", [join(folder, "none.yml")], {}, 78, "", `${join(folder, "none.yml")}: cannot be read: no such file\n`],
  [
    "nothing",
    [],
    {},
    78,
    "",
    "nothing to poll: there is no ./poller.yml; name a configuration (poller FILE) or a URL (--target URL)\n"
  ],
  ["a URL", ["--target", "http://127.0.0.1:1/"], {}, 0, "1 target, no problems\n", ""],
  [
    "a flag, which overrides a variable",
    ["--target", "http://127.0.0.1:1/"],
    { POLLER_CONFIG: bad },
    0,
    "1 target, no problems\n",
    ""
  ],
  [
    "no URL",
    ["-target", "127.0.0.1"],
    {},
    78,
    "",
    "--target: expected a URL that begins with http://, https://, http+unix:// or file://\n"
  ],
  [
    "both",
    ["--target", "http://127.0.0.1:1/", "--config", good],
    {},
    78,
    "",
    `--target: there is a configuration as well (${good}): give one of them\n`
  ]
])("check of %s", async (_, args, env, code, stdout, stderr) => {
  expect(await poller(["check", ...args], env)).toEqual({ code, signal: null, stdout, stderr })
})

test("a directory stands for its configuration files in order of name, also when other files are given", async () => {
  const directory = join(folder, "conf.d")
  mkdirSync(directory)
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text)
  write("b.yml", readFileSync(good, "utf8"))
  write("a.yaml", "mappings: { node: { metrics: { node_up: { value: up, help: Up. } } } }\n")
  write("c.json", '{"targets": [{"name": "c", "url": "http://127.0.0.1:1/", "mapping": "node"}]}')
  write("c.test.yml", "tests: []")
  write(".b.yml.swp", "{")
  write(".hidden.yml", "{")
  write("notes.txt", "{")
  expect(await poller(["check", directory])).toMatchObject({ code: 0, stdout: "2 targets, no problems\n", stderr: "" })
  expect(await poller(["check", "--config", directory, warned])).toMatchObject({
    code: 78,
    stderr: `${warned}:1:19: targets[0].name: ${directory}/b.yml:1: targets[0] has this name too\n${warning}`
  })
  const empty = join(folder, "empty.d")
  mkdirSync(empty)
  expect(await poller(["check", empty])).toMatchObject({
    code: 78,
    stderr: `${empty}: no *.yml, *.yaml or *.json file in this directory\n`
  })
})

const missing = "targets[0].auth.bearer_token_file: no such file in $CREDENTIALS_DIRECTORY or beside the configuration"

test("a missing secret is a note, but a problem where $CREDENTIALS_DIRECTORY is set", async () => {
  expect(await poller(["check", "--strict", secret])).toMatchObject({
    code: 0,
    stderr: `${secret}:1:77: note: ${missing}\n`
  })
  expect(await poller(["check", secret], { CREDENTIALS_DIRECTORY: join(folder, "credentials") })).toMatchObject({
    code: 78,
    stderr: `${secret}:1:77: ${missing}\n`
  })
})

test.each([
  ["empty", (path: string) => writeFileSync(path, " \n"), "the file is empty"],
  ["too long", (path: string) => writeFileSync(path, Buffer.alloc(1_000_001, "a")), "longer than 1 MB"],
  ["a FIFO", (path: string) => execFileSync("mkfifo", [path]), "not a regular file"],
  ["/dev/zero", (path: string) => symlinkSync("/dev/zero", path), "not a regular file"],
  ["a directory", (path: string) => mkdirSync(path), "a directory"]
])("a secret that is %s is a warning", async (_, make, why) => {
  const path = join(folder, `secret-${why.replaceAll(" ", "-")}`)
  rmSync(path, { force: true })
  make(path)
  const config = file("bad-secret.yml", readFileSync(secret, "utf8").replace("token }", `${path} }`))
  const line = `${config}:1:77: warning: targets[0].auth.bearer_token_file: ${why}\n`
  expect(await poller(["check", config])).toMatchObject({ code: 0, stderr: line })
  expect(await poller(["check", "--strict", config])).toMatchObject({ code: 78, stderr: line })
})

test("the daemon does not start with a bad file, and prints all its problems", async () => {
  const { code, stdout, stderr } = await poller(["--config", bad])
  expect([code, stdout, stderr]).toEqual([78, "", problems])
})

test("thousands of problems are printed completely into a pipe", async () => {
  const many = file("many.yml", `targets:\n${"  - { url: nowhere }\n".repeat(2000)}`)
  const { stderr } = await poller(["check", many])
  expect(stderr.match(/expected a URL/g)).toHaveLength(2000)
})

test("the printed schema accepts every example", async () => {
  const { code, stdout } = await poller(["schema"])
  expect(code).toBe(0)
  const validate = new Ajv().compile(JSON.parse(stdout))
  expect(examples.filter(({ text }) => !validate(parse(text, { merge: true })))).toEqual([])
})
