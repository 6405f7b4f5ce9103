import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const lines = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../deploy/systemd", name), "utf8").split("\n")

test("poller@.service is poller.service, but for what belongs to an instance", () => {
  const template = lines("poller@.service")
  const differences = lines("poller.service").flatMap((line, index) =>
    line === template[index] ? [] : [[line, template[index]]]
  )
  expect(differences).toEqual([
    [
      "Description=Polls JSON APIs and serves the answers as Prometheus series",
      "Description=Polls JSON APIs and serves the answers as Prometheus series (%i)"
    ],
    ["Environment=POLLER_CONFIG=/etc/poller/poller.yml", "Environment=POLLER_CONFIG=/etc/poller/%i.yml"],
    ["EnvironmentFile=-/etc/default/poller", "EnvironmentFile=-/etc/default/poller-%i"],
    ["StateDirectory=poller", "StateDirectory=poller/%i"]
  ])
  expect(template).toHaveLength(lines("poller.service").length)
})
