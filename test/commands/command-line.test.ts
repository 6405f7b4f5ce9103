import { describe, expect, test } from "vitest"
import { flagsIn, normalize } from "../../src/commands/command-line.ts"

const commands = ["run", "check", "once"]

describe("normalize puts the command first", () => {
  test.each([
    [[], ["run"]],
    [
      ["-addr", ":9180", "-target", "https://x/api"],
      ["run", "--addr", ":9180", "--target", "https://x/api"]
    ],
    [["poller.yml"], ["run", "poller.yml"]],
    [["-"], ["run", "-"]],
    [["dir/"], ["run", "dir/"]],
    [["src"], ["run", "src"]],
    [
      ["-c", "poller.yml"],
      ["run", "-c", "poller.yml"]
    ],
    [
      ["check", "poller.yml"],
      ["check", "poller.yml"]
    ],
    [
      ["--log-level", "debug", "check"],
      ["check", "--log-level", "debug"]
    ],
    [
      ["--log-level=debug", "check"],
      ["check", "--log-level=debug"]
    ],
    [
      ["--log-level", "debug"],
      ["run", "--log-level", "debug"]
    ],
    [
      ["--addr", ":1", "check"],
      ["run", "--addr", ":1", "check"]
    ],
    [["chekc"], ["chekc"]],
    [["--help"], ["--help"]],
    [["--completions=bash"], ["--completions=bash"]],
    [
      ["once", "--", "-only"],
      ["once", "--", "-only"]
    ]
  ])("%j is %j", (given, normalized) => {
    expect(normalize(given, commands)).toEqual(normalized)
  })
})

test.each([
  [
    ["run", "--addr", ":1", "--config=x", "--", "--target"],
    ["addr", "config"]
  ],
  [["run", "-c", "x"], ["config"]],
  [["run", "-cx"], ["config"]],
  [["run", "x"], []]
])("the flags in %j are %j", (args, flags) => {
  expect([...flagsIn(args)].sort()).toEqual(flags)
})
