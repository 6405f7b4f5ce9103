import type * as Completions from "effect/cli/Completions"
import { expect, test } from "vitest"
import { fromEnvironment, variable } from "../../src/commands/variables.ts"

const flag = (name: string, tag: "String" | "Boolean" = "String"): Completions.FlagDescriptor => ({
  name,
  aliases: [],
  description: undefined,
  type: { _tag: tag }
})
const command = (name: string, flags: ReadonlyArray<Completions.FlagDescriptor>): Completions.CommandDescriptor => ({
  name,
  description: undefined,
  flags,
  arguments: [],
  subcommands: []
})
const run = command("run", [flag("addr"), flag("config"), flag("target"), flag("strict", "Boolean")])
const once = command("once", [flag("only")])
const program = { ...command("poller", []), subcommands: [run, once] }

const read = (env: NodeJS.ProcessEnv, given: ReadonlyArray<string> = []) =>
  fromEnvironment(env, new Set(given), run, program, [flag("log-level")])

test("the environment variable of a flag is POLLER_ and its name", () =>
  expect(variable("web-config")).toBe("POLLER_WEB_CONFIG"))

test.each<[NodeJS.ProcessEnv, ReadonlyArray<string>, ReadonlyArray<string>]>([
  [{ POLLER_ADDR: ":1, :2", POLLER_LOG_LEVEL: "debug" }, [], ["--addr=:1", "--addr=:2", "--log-level=debug"]],
  [{ POLLER_TARGET: "http://x/?a,b" }, [], ["--target=http://x/?a,b"]],
  [{ POLLER_ADDR: ":1" }, ["addr"], []],
  [{ POLLER_ADDR: "" }, [], []],
  [{ POLLER_STRICT: "yes" }, [], ["--strict"]],
  [{ POLLER_STRICT: "false" }, [], []],
  [{ POLLER_CONFIG: "a.yml" }, ["target"], []],
  [{ POLLER_TARGET: "http://x/" }, ["config"], []],
  [{ POLLER_ONLY: "other command" }, [], []]
])("%j with the flags %j gives %j", (env, given, args) => {
  expect(read(env, given)).toMatchObject({ args, problems: [], warnings: [] })
})

test("an unknown variable is a warning that proposes the nearest name", () => {
  expect(read({ POLLER_ADRR: ":1", POLLER_XYZ: "" }).warnings).toEqual([
    { location: "POLLER_ADRR", message: "poller has no such variable; did you mean POLLER_ADDR?" },
    { location: "POLLER_XYZ", message: "poller has no such variable" }
  ])
})

test("variables that Kubernetes and Docker set for a service called poller are no warning", () => {
  const env = {
    POLLER_SERVICE_HOST: "10.0.0.1",
    POLLER_SERVICE_PORT: "9180",
    POLLER_SERVICE_PORT_METRICS: "9180",
    POLLER_PORT: "tcp://10.0.0.1:9180",
    POLLER_PORT_9180_TCP: "tcp://10.0.0.1:9180",
    POLLER_PORT_9180_TCP_PROTO: "tcp",
    POLLER_PORT_9180_TCP_PORT: "9180",
    POLLER_PORT_9180_TCP_ADDR: "10.0.0.1"
  }
  expect(read(env).warnings).toEqual([])
})

test("a value that is not a boolean is a problem that names the variable", () => {
  expect(read({ POLLER_STRICT: "maybe" }).problems).toEqual(['POLLER_STRICT "maybe": expected true or false'])
})
