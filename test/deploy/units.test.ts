import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Completions from "effect/cli/Completions"
import { expect, test } from "vitest"
import { run } from "../../src/commands/run.ts"
import { variable } from "../../src/commands/variables.ts"

const lines = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../deploy/systemd", name), "utf8").split("\n")

test("poller@.service differs from poller.service only in what depends on the instance", () => {
  const template = lines("poller@.service")
  const differences = lines("poller.service").flatMap((line, index) =>
    line === template[index] ? [] : [[line, template[index]]]
  )
  expect(differences).toEqual([
    [
      "Description=Polls JSON APIs and serves the responses as Prometheus series",
      "Description=Polls JSON APIs and serves the responses as Prometheus series (%i)"
    ],
    ["Environment=POLLER_CONFIG=/etc/poller/poller.yml", "Environment=POLLER_CONFIG=/etc/poller/%i.yml"],
    ["EnvironmentFile=-/etc/default/poller", "EnvironmentFile=-/etc/default/poller-%i"],
    ["StateDirectory=poller", "StateDirectory=poller/%i"]
  ])
  expect(template).toHaveLength(lines("poller.service").length)
})

test.each(["poller.service.d/cluster.conf", "poller@.service.d/shards.conf"])(
  "%s sets only flags that exist",
  (file) => {
    const known = Completions.fromCommand(run).flags.map(({ name }) => variable(name))
    const set = lines(file).flatMap((line) => [...line.matchAll(/(POLLER_\w+)=/g)].map(([, name]) => name))
    expect(set.length).toBeGreaterThan(2)
    for (const name of set) expect(known).toContain(name)
  }
)

test.each(["poller.service", "poller@.service", "poller.socket"])(
  "the documentation that %s names is installed",
  (file) => {
    const pages = lines(file).flatMap(
      (line) => /^Documentation=file:\/\/\/usr\/share\/doc\/poller\/(.*)$/.exec(line)?.[1] ?? []
    )
    expect(pages).toHaveLength(1)
    // the package installs docs/ with the same paths
    for (const page of pages) expect(existsSync(join(import.meta.dirname, "../..", page))).toBe(true)
  }
)
