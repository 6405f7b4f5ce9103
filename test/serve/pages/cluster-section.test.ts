import { describe, expect, test } from "vitest"
import type { ClusterMember, ClusterStatus } from "../../../src/poll/cluster-status.ts"
import { type DaemonStatus, initialDaemonStatus } from "../../../src/poll/daemon-status.ts"
import { notFoundPage } from "../../../src/serve/pages/not-found-page.ts"
import { statusPage } from "../../../src/serve/pages/status-page.ts"
import { visibleText } from "./visible-text.ts"

const start = Date.UTC(2026, 0, 1)
const now = start + 3_600_000

const member = (name: string, change: Partial<ClusterMember> = {}): ClusterMember => ({
  address: `${name}:9180`,
  url: `http://${name}:9180`,
  version: "1.2.3",
  configuration: "0a1b2c3d",
  started: start,
  targets: 150,
  isAlive: true,
  lastSeen: now,
  isSelf: false,
  ...change
})
const [self, other] = [member("a", { isSelf: true }), member("b")]

const cluster: ClusterStatus = {
  database: "poller@db/poller",
  isSettled: true,
  isConnected: true,
  since: start,
  problem: undefined,
  members: [self, other],
  configurationsAgree: true,
  targets: 300,
  ownedTargets: 150,
  unownedTargets: 0,
  has: () => true,
  ownerOf: () => ({ member: other, since: now - 60_000 }),
  owners: () => [
    { name: "shop", owner: { member: self, since: start } },
    { name: "till <1>", owner: { member: other, since: now - 60_000 } }
  ]
}

const contextOf = (change: Partial<ClusterStatus>) => {
  const daemon: DaemonStatus = {
    ...initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, start),
    cluster: { ...cluster, ...change }
  }
  return { daemon, now, uptime: 3600, refreshes: true }
}
const page = (change: Partial<ClusterStatus> = {}, query = "") =>
  statusPage({ ...contextOf(change), statuses: [], healthProblems: [], query: new URLSearchParams(query) })

describe("the cluster on the status page", () => {
  test("has the processes, with links to their pages", () => {
    expect(visibleText(page())).toContain("2 processes share 300 targets by poller@db/poller")
    expect(page()).toContain('<a href="http://a:9180/">a:9180</a> (this one)')
    expect(page()).toContain('<a href="http://b:9180/">b:9180</a>')
    expect(page()).not.toContain('class="notice"')
  })

  test("has the targets of other processes, with links to their pages there", () => {
    expect(visibleText(page())).toContain("1 target that other processes poll")
    expect(page()).toContain('<a href="http://b:9180/targets/till%20%3C1%3E">till &lt;1&gt;</a>')
    expect(page({}, "q=TILL")).toContain("<details open>")
    expect(page({}, "q=nothing")).not.toContain("<details")
  })

  test("names the process that was lost", () => {
    const lost = member("b", { isAlive: false, lastSeen: now - 120_000 })
    expect(visibleText(page({ members: [self, lost] }))).toMatch(/b:9180 lost, last seen 2 min ago 0 /)
  })

  test("has the time and the reason of a connection failure", () => {
    const text = visibleText(page({ isConnected: false, problem: "connect ECONNREFUSED 10.0.0.7:5432" }))
    expect(text).toMatch(/The database of the cluster is out of reach since .* UTC; every process polls what it polled/)
    expect(text).toContain("poller@db/poller: connect ECONNREFUSED 10.0.0.7:5432")
  })

  test("shows the hash of each configuration if they differ", () => {
    const members = [self, member("b", { configuration: "ffffffff" }), member("c", { isAlive: false })]
    const text = visibleText(page({ configurationsAgree: false, members }))
    expect(text).toContain("have different configurations")
    expect(text).toMatch(/a:9180: 0a1b2c3d b:9180: ffffffff (?!c:9180)/)
  })

  test("has the number of targets that no process polls", () => {
    expect(visibleText(page({ unownedTargets: 2 }))).toContain(
      "2 targets of the configuration are polled by no process"
    )
  })
})

test("the page of a target that another process polls links to that process", () => {
  const text = notFoundPage(contextOf({}), "shop", cluster.ownerOf("shop"))
  expect(visibleText(text)).toContain("Another process polls shop")
  expect(text).toContain('<a href="http://b:9180/targets/shop">b:9180</a> polls it, since')
})
