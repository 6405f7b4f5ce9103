import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { mountDead } from "./dead-mount.ts"
import { handlesSignals, Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { json, startUpstream } from "./test-upstream.ts"

const metrics = { node_up: { value: "up", help: "1 while the node serves." } }
const defaults = { interval: "200ms", timeout: "200ms" }

const startTarget = async () => {
  const upstream = await startUpstream(json({ up: 1 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const write = (folder: string, configuration: object) => {
  const file = join(folder, "poller.yml")
  writeFileSync(file, JSON.stringify({ defaults, ...configuration }))
  return file
}

const eventually = <A>(now: () => A | Promise<A>) => expect.poll(now, { timeout: 10_000 })

const start = async (...args: ReadonlyArray<string>) => {
  const daemon = await startDaemon(args)
  onTestFinished(() => daemon.stop("SIGKILL").then(() => undefined))
  return daemon
}

const fifo = (path: string) => {
  execFileSync("mkfifo", [path])
  return path
}

/** Resident memory at its highest (bytes). */
const peak = (pid: number | undefined) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1000

describe("files that are not regular files", () => {
  test("fail only their own target, in bounded memory, and do not delay the exit", async () => {
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const url = upstream.url
    writeFileSync(join(folder, "good"), "secret\n")
    writeFileSync(join(folder, "empty"), "")
    writeFileSync(join(folder, "huge"), Buffer.alloc(30_000_000, "a"))
    fifo(join(folder, "fifo"))
    const files = ["good", "empty", "huge", "fifo", "/dev/zero", "none"]
    const targets = files.map((bearer_token_file) => ({
      name: bearer_token_file,
      url,
      interval: "1s",
      timeout: "1s",
      labels: { file: bearer_token_file },
      metrics,
      auth: { bearer_token_file }
    }))
    const daemon = await start("--config", write(folder, { targets }))
    await eventually(async () => (await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    await eventually(async () => {
      const page = await scrape(daemon.url)
      return files.filter((file) => page.get(`poll_up{target="${file}"}`) === 1)
    }).toEqual(["good"])
    for (const [file, why] of [
      ["empty", "cannot use .*/empty: it is empty"],
      ["huge", "cannot read .*/huge: longer than 1 MB"],
      ["fifo", "cannot read .*/fifo: not a regular file"],
      ["/dev/zero", "cannot read /dev/zero: not a regular file"],
      ["none", "cannot read .*/none: no such file"]
    ]) {
      expect(daemon.stderr).toMatch(new RegExp(`target down" target=${file} .* error="${why}"\n`))
    }
    expect(peak(daemon.child.pid)).toBeLessThan(250_000_000)
    const { code, took } = await daemon.stop()
    expect([code, took < 3000]).toEqual([0, true])
  })

  test("a FIFO among the files of targets_from is refused, and the others are polled", async () => {
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    mkdirSync(join(folder, "targets"))
    writeFileSync(join(folder, "targets/a.yml"), `- targets: ["${new URL(upstream.url).host}"]\n`)
    fifo(join(folder, "targets/b.yml"))
    symlinkSync("/dev/zero", join(folder, "targets/c.yml"))
    const daemon = await start("--config", write(folder, { targets_from: { files: ["targets/*.yml"], metrics } }))
    await upstream.request(2)
    for (const name of ["b", "c"]) {
      expect(daemon.stderr).toMatch(new RegExp(`targets/${name}.yml: cannot be read: not a regular file`))
    }
    expect(await daemon.stop()).toMatchObject({ code: 0 })
  })
})

describe("a configuration", () => {
  test("that is a pipe is read to its end", async () => {
    const folder = temporaryFolder()
    const pipe = fifo(join(folder, "pipe.yml"))
    const check = new Program(["check", "--config", pipe])
    writeFileSync(pipe, JSON.stringify({ targets: [{ name: "a", url: "http://127.0.0.1:1/", metrics }] }))
    expect(await check.ended).toMatchObject({ code: 0, stdout: "1 target, no problems\n" })
  })

  test.each([["check"], ["run"], ["once"]])(
    "that never comes does not keep SIGTERM from ending %s",
    async (command) => {
      const program = new Program([command, "--config", fifo(join(temporaryFolder(), "pipe.yml"))])
      await handlesSignals(program.child.pid)
      const { took, signal } = await program.stop()
      expect([took < 3000, signal]).toEqual([true, null])
    }
  )

  test("without an end is refused", async () => {
    const { code, stderr } = await new Program(["check", "/dev/zero"]).ended
    expect([code, stderr]).toEqual([78, "/dev/zero: cannot be read: longer than 16 MB\n"])
  })
})

describe("a file system that hangs", () => {
  const hanging = () => {
    const mount = mountDead()
    if (mount !== undefined) onTestFinished(() => mount[Symbol.dispose]())
    return mount
  }

  test("fails the targets whose secrets are on it, and no other; the daemon reloads, and ends at once", async (context) => {
    const mount = hanging()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    writeFileSync(join(folder, "good"), "secret\n")
    const target = (name: string, bearer_token_file: string) => ({
      name,
      url: upstream.url,
      labels: { name },
      metrics,
      auth: { bearer_token_file }
    })
    const dead = Array.from({ length: 100 }, (_, index) =>
      target(`dead-${index}`, join(mount.folder, `secret-${index}`))
    )
    const good = { ...target("good", "good"), timeout: "150ms", interval: "1s", stale_after: "20s" }
    const named = { ...target("named", "good"), url: upstream.url.replace("127.0.0.1", "localhost") }
    const config = write(folder, { targets: [...dead, good, named] })
    const daemon = await start("--config", config)
    await eventually(async () => (await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    const pollsOf = async (name: string) => (await scrape(daemon.url)).get(`polls_total{target="${name}"}`) ?? 0
    const before = await pollsOf("dead-99")
    await eventually(() => pollsOf("dead-99")).toBeGreaterThan(before + 5)
    for (const name of ["good", "named"]) {
      await eventually(async () => (await scrape(daemon.url)).get(`poll_up{target="${name}"}`)).toBe(1)
    }
    expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)

    write(folder, { targets: [...dead, good] })
    daemon.child.kill("SIGHUP")
    await daemon.line(/reloaded .*removed=1/)
    const { code, took } = await daemon.stop()
    expect([code, took < 3000]).toEqual([0, true])
  })

  test("does not delay the exit after a second signal", async (context) => {
    const mount = hanging()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    const upstream = await startUpstream(() => undefined)
    onTestFinished(() => upstream[Symbol.asyncDispose]())
    const auth = { bearer_token_file: join(mount.folder, "secret") }
    const targets = [{ name: "dead", url: upstream.url, metrics, auth }]
    const config = write(temporaryFolder(), { defaults: { interval: "30s", timeout: "20s" }, targets })
    const daemon = await start("--config", config)
    await new Promise((resolve) => setTimeout(resolve, 500))
    daemon.child.kill("SIGTERM")
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(daemon.child.exitCode).toBe(null)
    const { code, took } = await daemon.stop()
    expect([code, took < 3000]).toEqual([0, true])
  })

  test("does not delay the exit of once", async (context) => {
    const mount = hanging()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    const targets = [
      { name: "dead", url: "http://127.0.0.1:1/", metrics, auth: { bearer_token_file: join(mount.folder, "secret") } }
    ]
    const begin = performance.now()
    const once = await new Program(["once", "--config", write(temporaryFolder(), { targets })]).ended
    expect([once.code, performance.now() - begin < 5000]).toEqual([1, true])
  })

  test("lists no targets, which is logged, and does not delay other sources", async (context) => {
    const mount = hanging()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    writeFileSync(join(folder, "a.yml"), `- targets: ["${new URL(upstream.url).host}"]\n`)
    const sources = [
      { files: [`${mount.folder}/*.yml`, `${mount.folder}/a/b.yml`], metrics, name: "dead" },
      { files: ["*.yml"], metrics, name: "good" }
    ]
    const config = join(folder, "poller.json")
    writeFileSync(config, JSON.stringify({ defaults, targets_from: sources }))
    const begin = performance.now()
    const daemon = await start("--config", config)
    await upstream.request(2)
    expect(performance.now() - begin).toBeLessThan(10_000)
    await daemon.line(/targets_from failed.* source=dead .*no answer in 5s: its file system hangs/)
    const { code, took } = await daemon.stop()
    expect([code, took < 3000]).toEqual([0, true])
  })
})
