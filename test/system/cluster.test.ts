import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { assign, shardOfTarget } from "../../src/cluster/assignment.ts"
import { makeAuthority } from "../client/certificates.ts"
import {
  ClusterProcesses,
  DatabaseProxy,
  type Member,
  type MemberFlags,
  ownersOf,
  PolledUpstream
} from "./cluster-processes.ts"
import { noPostgres, Postgres } from "./postgres.ts"

const count = 300
const interval = 1000

/** The longest times that docs/scaling.md promises, in milliseconds. */
const takeover = 10_000
const handover = 1000

describe.skipIf(noPostgres)("a cluster of processes that share 300 targets", { timeout: 60_000 }, () => {
  let postgres: Postgres
  let upstream: PolledUpstream
  let cluster: ClusterProcesses
  const members: Array<Member> = []

  beforeAll(async () => {
    postgres = await Postgres.start()
    upstream = await PolledUpstream.start()
    cluster = new ClusterProcesses({ postgres, upstream, targets: count })
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await upstream?.[Symbol.asyncDispose]()
    await postgres?.[Symbol.asyncDispose]()
  })

  /** Waits until each target is on the page of one process only, the one that the hash ring assigns it to. */
  const settled = async (running: ReadonlyArray<Member> = members) => {
    const ring = assign(running.map(({ address }) => address))
    const isRight = async () => {
      const owners = await ownersOf(running)
      const isOnce = ([name, [first, ...more]]: readonly [string, ReadonlyArray<string>]) =>
        first === ring[shardOfTarget(name)] && more.length === 0
      return owners.size === count && [...owners].every(isOnce)
    }
    await expect.poll(isRight, { timeout: 20_000, interval: 100 }).toBe(true)
    return ownersOf(running)
  }

  const metric = async (member: Member, name: string) => (await member.page()).get(`poller_cluster_${name}`)
  const eventually = <A>(value: () => Promise<A>, timeout = 10_000) => expect.poll(value, { timeout, interval: 50 })

  test("three processes poll each target once; a fourth takes its share, and no other target moves", async () => {
    members.push(await cluster.start(), await cluster.start(), await cluster.start())
    for (const member of members) await member.line(/message=polling/)
    const before = await settled()
    for (const member of members) {
      const page = await member.page()
      expect(page.get("poller_cluster_members")).toBe(3)
      expect(page.get("poller_cluster_connected")).toBe(1)
      expect(page.get("poller_cluster_config_agrees")).toBe(1)
      expect(page.get("poller_cluster_unowned_targets")).toBe(0)
      expect(page.get("poller_cluster_targets")).toBe(count)
      expect(page.get("poller_cluster_owned_targets")).toBeGreaterThan(count / 6)
    }
    const start = performance.now()
    const fourth = await cluster.start()
    members.push(fourth)
    await fourth.line(/message=polling/)
    await eventually(() => metric(fourth, "owned_targets")).toBeGreaterThan(0)
    const after = await settled()
    const moved = [...after].filter(([name, owners]) => before.get(name)?.[0] !== owners[0])
    expect(moved.every(([, [owner]]) => owner === fourth.address)).toBe(true)
    expect(moved.length).toBeGreaterThan(count / 8)
    expect(moved.length).toBeLessThan(count / 2.5)
    expect(upstream.longestGap(start).milliseconds).toBeLessThan(2.5 * interval)
  })

  test("the pages name the process that polls a target, with a link", async () => {
    const [first, second] = members
    if (first === undefined || second === undefined) throw new Error("no processes")
    const [name = ""] = await second.targets()
    const html = { headers: { accept: "text/html" } }
    const page = await (await fetch(`${first.url}/`, html)).text()
    for (const { address, url } of members) expect(page).toContain(`<a href="${url}/">${address}</a>`)
    const target = await fetch(`${first.url}/targets/${name}`, html)
    expect(target.status).toBe(404)
    expect(await target.text()).toContain(
      `<a href="${second.url}/targets/${name}">${second.address}</a> polls it, since`
    )
    expect((await fetch(`${second.url}/targets/${name}`, html)).status).toBe(200)
    const json = async (path: string) => JSON.parse(await (await fetch(`${first.url}${path}`)).text())
    expect((await json(`/api/targets/${name}`)).owner).toMatchObject({
      address: second.address,
      url: `${second.url}/targets/${name}`
    })
    const { cluster: report } = await json("/api/targets")
    expect(report.members.map(({ address }: { address: string }) => address).sort()).toEqual(
      members.map(({ address }) => address).sort()
    )
    expect(report.owners).toHaveLength(count)
    expect(report.owners).toContainEqual({ name, address: second.address, since: expect.stringMatching(/^20.*Z$/) })
    expect((await fetch(`${first.url}/api/targets/no-such`)).status).toBe(404)
    for (const text of [page, JSON.stringify(report), first.stderr]) expect(text).not.toContain("hush")
  })

  test("a process that is stopped hands its targets over within a second", async () => {
    const leaving = members.pop()
    if (leaving === undefined) throw new Error("no fourth process")
    const its = await leaving.targets()
    const start = performance.now()
    let taken = Number.POSITIVE_INFINITY
    const ended = leaving.stop()
    while (performance.now() - start < 4 * handover && taken === Number.POSITIVE_INFINITY) {
      const remaining = await ownersOf(members)
      const polled = [...its].filter((name) => remaining.has(name))
      if (polled.length === its.size) taken = performance.now() - start
      await sleep(20)
    }
    const { code, took } = await ended
    expect(code).toBe(0)
    console.log(
      `the others had all targets after ${Math.round(taken)} ms, the process ended after ${Math.round(took)} ms`
    )
    // a busy machine may take longer; a handover that waits for a lock to expire takes far longer
    expect(taken).toBeLessThan(3 * handover)
    expect(took).toBeLessThan(3 * handover)
    await settled()
    await sleep(interval)
    const gap = upstream.longestGap(start)
    expect(gap.milliseconds, gap.target).toBeLessThan(2.5 * interval)
    for (const member of members) expect(member.stderr).toMatch(/message="cluster member left"/)
  })

  test("the targets of a killed process are polled by the others within ten seconds", async () => {
    const [victim, ...others] = members
    if (victim === undefined) throw new Error("no process")
    const start = performance.now()
    await victim.stop("SIGKILL")
    await settled(others)
    expect(upstream.longestGap(start).milliseconds).toBeLessThan(takeover)
    for (const member of others) {
      expect(member.stderr).toContain(`message="cluster member lost" member=${victim.address}`)
      expect(await metric(member, "members")).toBe(2)
    }
    const again = await cluster.start({ port: Number(victim.address.split(":")[1]) })
    members[0] = again
    await again.line(/message=polling/)
    await settled()
  })

  test("a process that was frozen drops the targets that others have taken, within an interval", async () => {
    const [, , sleeper] = members
    if (sleeper === undefined) throw new Error("no process")
    const others = members.filter((member) => member !== sleeper)
    const start = performance.now()
    sleeper.child.kill("SIGSTOP")
    onTestFinished(() => void sleeper.child.kill("SIGCONT"))
    await settled(others)
    expect(upstream.longestGap(start).milliseconds).toBeLessThan(takeover)
    sleeper.child.kill("SIGCONT")
    await sleep(interval)
    const awake = performance.now()
    await sleep(5 * interval)
    // twice as many if two processes polled it; the one that takes it over polls it once more
    for (const [target, times] of upstream.polls)
      expect(times.filter((time) => time >= awake).length, target).toBeLessThanOrEqual(5 + 3)
    await settled()
  })

  test("while the database is down, every process keeps its targets, and so it does after", async () => {
    const before = await settled()
    const start = performance.now()
    const logged = members.map(({ stderr }) => stderr.length)
    await postgres.kill()
    for (const member of members) await eventually(() => metric(member, "connected")).toBe(0)
    // longer than a lock lives
    await sleep(7000)
    expect(await ownersOf(members)).toEqual(before)
    await postgres.up()
    for (const member of members) await eventually(() => metric(member, "connected")).toBe(1)
    await settled()
    expect(await settled()).toEqual(before)
    const gap = upstream.longestGap(start)
    expect(gap.milliseconds, gap.target).toBeLessThan(2.5 * interval)
    expect(upstream.load(start)).toBeLessThan(2)
    members.forEach(({ stderr }, index) => {
      expect(stderr.slice(logged[index]).match(/message="cluster .*?"/g)).toEqual([
        'message="cluster database lost"',
        'message="cluster database back"'
      ])
    })
  })

  test("a process that cannot reach the database keeps its targets; the others poll them too, until it can again", async () => {
    using proxy = await DatabaseProxy.to(postgres.port)
    const cut = await cluster.start({ cluster: postgres.url(proxy.port) })
    await cut.line(/message=polling/)
    members.push(cut)
    await eventually(() => metric(cut, "owned_targets")).toBeGreaterThan(0)
    await settled()
    const its = await cut.targets()
    const start = performance.now()
    proxy.isCut = true
    await eventually(() => metric(cut, "connected")).toBe(0)
    const others = members.filter((member) => member !== cut)
    await settled(others)
    expect(await cut.targets()).toEqual(its)
    proxy.heal()
    await eventually(() => metric(cut, "connected")).toBe(1)
    await settled()
    await eventually(() => metric(cut, "owned_targets")).toBeGreaterThan(0)
    const gap = upstream.longestGap(start)
    expect(gap.milliseconds, gap.target).toBeLessThan(2.5 * interval)
    expect(upstream.load(start)).toBeLessThan(2)
    await cut.stop()
    members.pop()
    await settled()
  })

  test("different configurations are reported, until all processes have the same", async () => {
    const [first] = members
    if (first === undefined) throw new Error("no process")
    const odd = await cluster.start()
    members.push(odd)
    await odd.line(/message=polling/)
    cluster.write("poller.yml", count - 1)
    odd.child.kill("SIGHUP")
    for (const member of members) await eventually(() => metric(member, "config_agrees")).toBe(0)
    expect(first.stderr).toMatch(/message="cluster configurations differ" configurations=[0-9a-f]{8},[0-9a-f]{8}/)
    cluster.write("poller.yml", count)
    odd.child.kill("SIGHUP")
    for (const member of members) await eventually(() => metric(member, "config_agrees")).toBe(1)
    await odd.stop()
    members.pop()
    await settled()
  })

  test("a start without the database polls all targets, or the share of the last run", async () => {
    const alone = await cluster.start({ cluster: postgres.url(1) })
    await alone.line(
      /message="cluster database out of reach" .*error="connect ECONNREFUSED 127.0.0.1:1" polls="all targets"/
    )
    await alone.line(/message=polling .*targets=300/)
    expect((await alone.stop()).code).toBe(0)
    const state = join(cluster.folder, "state")
    const [first] = members
    mkdirSync(state)
    const port = Number(new URL(alone.url).port)
    const joined = await cluster.start({ port, state })
    await joined.line(/message=polling/)
    await eventually(() => metric(joined, "owned_targets")).toBeGreaterThan(0)
    await settled([...members, joined])
    const share = await metric(joined, "owned_targets")
    await joined.stop("SIGKILL")
    const without = await cluster.start({ port, state, cluster: postgres.url(1) })
    await without.line(/polls="its targets among 4 known members"/)
    await without.line(new RegExp(`message=polling .*targets=${share}`))
    await without.stop()
    expect(await metric(first as Member, "connected")).toBe(1)
  })

  test("the connection to the database uses TLS, and needs a certificate that is valid", async () => {
    const authority = makeAuthority()
    const stranger = makeAuthority()
    postgres.serveTls(authority.sign("IP:127.0.0.1"))
    const url = (root: string) => `${postgres.url()}?sslmode=verify-full&sslrootcert=${root}`
    const secure = await cluster.start({ cluster: url(authority.caFile) })
    await secure.line(/message="cluster joined"/)
    const encrypted =
      "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = 'poller'"
    expect(Number(postgres.query(encrypted)[0])).toBeGreaterThan(0)
    const wary = await cluster.start({ cluster: url(stranger.caFile) })
    await wary.line(/message="cluster database out of reach" .*certificate/)
    await secure.stop()
    await wary.stop()
    await settled()
  })

  test.each([
    [
      "a wrong password",
      1,
      /^--cluster poller@127\.0\.0\.1:\d+\/poller: password authentication failed for user "poller"\n$/
    ],
    ["no such database", 1, /^--cluster .*\/nothing: database "nothing" does not exist\n$/],
    ["no password file", 78, /^--cluster-password-file .*\/missing: no such file\n$/],
    [
      "a password in the URL",
      78,
      /^--cluster: a password in the URL can be read by others: .* --cluster-password-file\n$/
    ]
  ])("%s ends the start with one line", async (mistake, code, line) => {
    const wrong = join(cluster.folder, "wrong")
    writeFileSync(wrong, "not hush")
    const flags: Record<string, Partial<MemberFlags>> = {
      "a wrong password": { "cluster-password-file": wrong },
      "no such database": { cluster: postgres.url().replace(/poller$/, "nothing") },
      "no password file": { "cluster-password-file": join(cluster.folder, "missing") },
      "a password in the URL": { cluster: postgres.url().replace("poller@", "poller:hush@") }
    }
    const ended = await (await cluster.start(flags[mistake])).ended
    expect(ended.stderr).toMatch(line)
    expect(ended.stderr).not.toContain("hush")
    expect(ended.code).toBe(code)
  })
})
