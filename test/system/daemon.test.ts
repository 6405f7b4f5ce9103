import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { Agent, get } from "node:http"
import { connect, createServer, type Socket } from "node:net"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { handlesSignals, Program, program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const document = {
  queue: { depth: 7, paused: false, name: "orders" },
  uptimeMs: 1234.5,
  nodes: [{ cpu: 0.5 }, { cpu: 0.25 }],
  nothing: null
}

const upstreamThat = async (answer = json(document)) => {
  const upstream = await startUpstream(answer)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const daemonOn = async (url: string, ...args: ReadonlyArray<string>) => {
  const daemon = await startDaemon(["--target", url, ...args])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text()

/** The scrape's samples, `name{labels}` to value. */
const samples = (page: string) =>
  new Map(
    page
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))] as const)
  )

describe("a URL without a configuration", () => {
  test("every number and boolean of the response is a gauge whose help names the path", async () => {
    const upstream = await upstreamThat()
    const daemon = await daemonOn(`${upstream.url}/anything.json`)
    await expect.poll(() => fetch(`${daemon.url}/readyz`).then(({ status }) => status)).toBe(200)
    const page = await scrape(daemon.url)
    const polled = [...samples(page)].filter(([series]) => series.startsWith("upstream_"))
    expect(polled).toEqual([
      ['upstream_nodes_cpu{index="0"}', 0.5],
      ['upstream_nodes_cpu{index="1"}', 0.25],
      ["upstream_queue_depth", 7],
      ["upstream_queue_paused", 0],
      ["upstream_uptime_ms", 1234.5]
    ])
    expect(page).toContain("# HELP upstream_queue_depth $.queue.depth ")
    expect(page).toContain("# TYPE upstream_queue_depth gauge\n")
  })

  test("flags may have one dash, and the command may be left out", async () => {
    const upstream = await upstreamThat()
    const program = new Program(["-addr", "127.0.0.1:0", "-target", `${upstream.url}/api`])
    onTestFinished(() => void program.child.kill("SIGKILL"))
    await program.line(/message=polling/)
    await upstream.request(1)
  })

  test("the page is text 0.0.4, compressed when asked, without a body for HEAD", async () => {
    const upstream = await upstreamThat()
    const daemon = await daemonOn(upstream.url)
    const plain = await fetch(`${daemon.url}/metrics`, { headers: { "accept-encoding": "identity" } })
    expect(plain.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    expect(plain.headers.get("content-encoding")).toBeNull()

    const [response] = await once(get(`${daemon.url}/metrics`, { headers: { "accept-encoding": "gzip" } }), "response")
    expect(response.headers["content-encoding"]).toBe("gzip")
    const zipped = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>))
    expect(gunzipSync(zipped).toString()).toContain("poller_build_info{")

    const head = await fetch(`${daemon.url}/metrics`, { method: "HEAD" })
    expect(head.status).toBe(200)
    expect(await head.text()).toBe("")
  })

  test("poller's own metrics are there from the start, also with a target that never answers", async () => {
    const upstream = await upstreamThat(() => undefined)
    const daemon = await daemonOn(upstream.url)
    const own = samples(await scrape(daemon.url))
    const target = `target="${new URL(upstream.url).host}"`
    expect(own.get(`poll_up{${target}}`)).toBe(0)
    expect(own.get(`polls_total{${target}}`)).toBe(0)
    expect(own.get(`poll_interval_seconds{${target}}`)).toBe(30)
    for (const reason of [
      "timeout",
      "connection",
      "tls",
      "status",
      "too_large",
      "not_json",
      "too_many_series",
      "internal"
    ]) {
      expect(own.get(`poll_errors_total{reason="${reason}",${target}}`)).toBe(0)
    }
    for (const reason of ["missing", "not_a_number", "ambiguous", "duplicate", "unknown_state"]) {
      expect(own.get(`poll_samples_dropped_total{reason="${reason}",${target}}`)).toBe(0)
    }
    expect([...own.keys()].filter((series) => series.startsWith("poll_last_success"))).toEqual([])
    expect([...own.keys()].filter((series) => /^(process|nodejs)_/.test(series)).length).toBeGreaterThan(10)
  })

  test("an outage is two lines, and the daemon keeps running", async () => {
    const upstream = await upstreamThat((_request, response) => void response.writeHead(500).end("no"))
    const daemon = await daemonOn(upstream.url, "--interval", "150ms", "--timeout", "150ms")
    await upstream.request(10)
    upstream.answer = json(document)
    await daemon.line(/message="target up"/)
    const { stderr, code } = await daemon.stop()
    const lines = stderr.split("\n").filter((line) => line.includes("target"))
    expect(lines.filter((line) => /level=WARN message="target down" .*reason=status/.test(line))).toHaveLength(1)
    expect(lines.filter((line) => /level=INFO message="target up" .*failed_polls=\d+/.test(line))).toHaveLength(1)
    expect(code).toBe(0)
  })
})

describe("the other pages", () => {
  test("healthz, readyz, 404 and 405", async () => {
    const upstream = await upstreamThat(() => undefined)
    const daemon = await daemonOn(upstream.url, "--timeout", "500ms")
    const healthy = await fetch(`${daemon.url}/healthz`)
    expect([healthy.status, await healthy.text()]).toEqual([200, "ok\n"])
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(503)
    await daemon.line(/target down/)
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${daemon.url}/nope`)).status).toBe(404)
    const posted = await fetch(`${daemon.url}/metrics`, { method: "POST" })
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"])
  })
})

describe("SIGHUP", () => {
  const configured = async () => {
    const upstream = await upstreamThat()
    const directory = temporaryFolder()
    const file = join(directory, "poller.yml")
    const write = (...targets: ReadonlyArray<string>) =>
      writeFileSync(
        file,
        `targets:\n${targets.map((target) => `  - { ${target}, interval: 1h, timeout: 5s }\n`).join("")}`
      )
    const shop = `name: shop, url: "${upstream.url}/shop", metrics: { shop_depth: queue.depth }`
    const fleet = `name: fleet, url: "${upstream.url}/fleet", metrics: { fleet_depth: queue.depth }`
    write(shop)
    const daemon = await startDaemon(["--config", file])
    onTestFinished(() => void daemon.child.kill("SIGKILL"))
    await upstream.request(1)
    await expect.poll(() => scrape(daemon.url)).toContain("\nshop_depth 7\n")
    return { upstream, daemon, file, write, shop, fleet }
  }

  test("reads the file again: unchanged targets keep their ticks, new ones are polled, removed ones disappear at once", async () => {
    const { upstream, daemon, write, shop, fleet } = await configured()
    write(shop, fleet)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=2 added=1 changed=0 removed=0/)
    const both = samples(await scrape(daemon.url))
    expect(both.get('polls_total{target="shop"}')).toBe(1)
    expect(both.has('poll_up{target="fleet"}')).toBe(true)
    await upstream.request(2) // the new target is polled at once
    write(fleet)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=1 added=0 changed=0 removed=1/)
    expect(await scrape(daemon.url)).not.toContain("shop")
  })

  test("a bad file changes only a log line, a metric and the status page", async () => {
    const { daemon, file } = await configured()
    const before = samples(await scrape(daemon.url)).get("poller_config_last_reload_success_timestamp_seconds")
    writeFileSync(file, "targets:\n  - { name: shop, url: 'http://127.0.0.1/', intervall: 5s }\n")
    daemon.child.kill("SIGHUP")
    await daemon.line(/level=ERROR message="reload failed" problem=".*poller\.yml:2:.*intervall/)
    const after = samples(await scrape(daemon.url))
    expect(after.get("poller_config_last_reload_successful")).toBe(0)
    expect(after.get("poller_config_last_reload_success_timestamp_seconds")).toBe(before)
    expect(after.get("shop_depth")).toBe(7)
    expect(await (await fetch(daemon.url)).text()).toContain("The last reload failed")
  })

  test("a hundred at once are a few reloads, and the last change is applied", async () => {
    const { daemon, write, fleet } = await configured()
    for (let n = 0; n < 99; n++) daemon.child.kill("SIGHUP")
    write(fleet)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=1 added=1/)
    expect(daemon.stderr.match(/message=reloaded/g)?.length).toBeLessThan(50)
    expect((await daemon.stop()).code).toBe(0)
  })

  test("during a poll: it goes on if its target did not change, and is interrupted if its target is gone", async () => {
    const { upstream, daemon, write, shop, fleet } = await configured()
    const cut = new Set<string | undefined>()
    upstream.answer = (request) => request.on("close", () => cut.add(request.url))
    write(shop, fleet)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=2/)
    await upstream.request(2)
    write(fleet)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=1 added=0 changed=0 removed=1/)
    expect([...cut]).toEqual([])
    write(shop)
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded targets=1 added=1 changed=0 removed=1/)
    await expect.poll(() => [...cut], { timeout: 10_000 }).toEqual(["/fleet"])
  })

  test("during a stop: the stop continues without another poll", async () => {
    const upstream = await upstreamThat(() => undefined)
    const daemon = await daemonOn(upstream.url, "--grace", "500ms")
    await upstream.request(1)
    daemon.child.kill("SIGTERM")
    daemon.child.kill("SIGHUP")
    const { code, stderr } = await daemon.ended
    expect(code).toBe(0)
    expect(upstream.requests).toBe(1)
    expect(stderr).toMatch(/message=stopped\n$/)
  })

  test("during the start: it waits until the daemon polls, and does not end the process", async () => {
    const upstream = await upstreamThat()
    const program = new Program(["--addr", "127.0.0.1:0", "--target", upstream.url])
    onTestFinished(() => void program.child.kill("SIGKILL"))
    // the first thing that the program does
    await handlesSignals(program.child.pid)
    program.child.kill("SIGHUP")
    await program.line(/message=reloaded/)
    expect(program.stderr).toMatch(/message=polling .*\n.*message=reloaded/)
  })
})

describe("the stop", () => {
  test("without a poll in flight it exits with 0 within a second", async () => {
    const upstream = await upstreamThat()
    const daemon = await daemonOn(upstream.url)
    await upstream.request(1)
    const { code, took, stderr } = await daemon.stop()
    expect(code).toBe(0)
    expect(took).toBeLessThan(1000)
    expect(stderr).toMatch(/message=stopped\n$/)
  })

  test("a poll in flight may end within the grace", async () => {
    let ended = false
    const upstream = await upstreamThat((_request, response) => {
      setTimeout(() => {
        ended = true
        response.end("{}")
      }, 700)
    })
    const daemon = await daemonOn(upstream.url, "--interval", "30s")
    await upstream.request(1)
    const { code, took } = await daemon.stop()
    expect(code).toBe(0)
    expect(ended).toBe(true)
    expect(took).toBeLessThan(2000)
    expect(upstream.requests).toBe(1)
  })

  test("a poll that takes longer than the grace is interrupted, and its socket is closed", async () => {
    const upstream = await upstreamThat(() => undefined)
    const daemon = await daemonOn(upstream.url, "--grace", "300ms")
    await upstream.request(1)
    const { code, took } = await daemon.stop()
    expect(code).toBe(0)
    expect(took).toBeGreaterThan(290)
    expect(took).toBeLessThan(1300)
    await expect.poll(upstream.openSockets).toBe(0)
  })

  test("a second signal ends it at once", async () => {
    const upstream = await upstreamThat(() => undefined)
    const daemon = await daemonOn(upstream.url, "--grace", "20s", "--timeout", "25s")
    await upstream.request(1)
    daemon.child.kill("SIGINT")
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(daemon.child.exitCode).toBeNull()
    const { took } = await daemon.stop("SIGTERM")
    expect(took).toBeLessThan(500)
  })

  test("clients cannot delay it: an idle one, one that sent half a request, one that does not read", async () => {
    const upstream = await upstreamThat()
    const daemon = await daemonOn(upstream.url)
    const agent = new Agent({ keepAlive: true })
    const [response] = await once(get(`${daemon.url}/metrics`, { agent }), "response")
    response.resume()
    await once(response, "end")
    const half = connect(daemon.port, "127.0.0.1").on("error", () => undefined)
    await once(half, "connect")
    half.write("GET /metrics HTTP/1.1\r\nHost: x\r\n")
    const stalled = connect(daemon.port, "127.0.0.1").on("error", () => undefined)
    await once(stalled, "connect")
    stalled.pause()
    stalled.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { code, took } = await daemon.stop()
    expect(code).toBe(0)
    expect(took).toBeLessThan(1000)
    agent.destroy()
    half.destroy()
    stalled.destroy()
  })

  test("a client that has connected but not sent its request yet gets its response", async () => {
    const upstream = await upstreamThat()
    const daemon = await daemonOn(upstream.url)
    const agent = new Agent({ keepAlive: true })
    const [first] = await once(get(`${daemon.url}/healthz`, { agent }), "response")
    const idle: Socket = first.socket
    await once(first.resume(), "end")
    const client = connect(daemon.port, "127.0.0.1")
    await once(client, "connect")
    await fetch(`${daemon.url}/healthz`) // by now the daemon has accepted the client's connection too
    const stopped = daemon.stop()
    await once(idle, "close") // the server closes
    client.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    let page = ""
    for await (const chunk of client) page += chunk
    expect(page).toMatch(/^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*poller_build_info/is)
    const { code, took } = await stopped
    expect([code, took < 1000]).toEqual([0, true])
    agent.destroy()
  })

  test.each([20, 40, 60, 80, 100, 150])(
    "%i ms after the start, before the daemon serves, it works as well",
    async (delay) => {
      const upstream = await upstreamThat()
      const program = new Program(["-addr", "127.0.0.1:0", "-target", upstream.url])
      await new Promise((resolve) => setTimeout(resolve, delay))
      const { code, signal, took } = await program.stop()
      // before poller has a handler, the signal ends Node itself, which systemd takes for a clean stop too
      expect(signal === "SIGTERM" || code === 0).toBe(true)
      expect(took).toBeLessThan(1500)
    }
  )
})

describe("bad input is one line with its place, and an exit status", () => {
  const fails = async (...args: ReadonlyArray<string>) => {
    const { code, stderr } = await new Program(args).ended
    return { code, lines: stderr.trimEnd().split("\n") }
  }

  test.each([
    {
      what: "no target",
      args: [],
      line: /^nothing to poll: there is no \.\/poller\.yml; name a configuration \(poller FILE\) or a URL \(--target URL\)$/
    },
    { what: "an invalid URL", args: ["--target", "nope"], line: /^--target: expected a URL that begins with http/ },
    {
      what: "a URL of another scheme",
      args: ["--target", "ftp://x/"],
      line: /^--target: expected a URL that begins with http/
    },
    {
      what: "an unreadable file",
      args: ["--config", "/nowhere/poller.yml"],
      line: /^\/nowhere\/poller\.yml: cannot be read: no such file$/
    },
    {
      what: "an interval of 0",
      args: ["--target", "http://127.0.0.1:1/", "--interval", "0s"],
      line: /--interval.*"?0s/
    },
    {
      what: "a timeout over the interval",
      args: ["--target", "http://127.0.0.1:1/", "--interval", "1s", "--timeout", "2s"],
      line: /timeout.*interval/
    },
    { what: "an unknown flag", args: ["--bogus"], line: /--bogus/ },
    { what: "an unknown command", args: ["bogus"], line: /bogus/ },
    {
      what: "an invalid address",
      args: ["--addr", "9180", "--target", "http://127.0.0.1:1/"],
      line: /--addr 9180: .*HOST:PORT/
    }
  ])("$what: 78", async ({ args, line }) => {
    const { code, lines } = await fails(...args)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(line)
    expect(code).toBe(78)
  })

  test("a link-local address without its interface: 1", async () => {
    const { code, lines } = await fails("--addr", "[fe80::1]:0", "--target", "http://127.0.0.1:1/")
    expect(lines).toEqual([
      "cannot listen on [fe80::1]:0: a link-local address needs its interface, as in [fe80::1%eth0]:0"
    ])
    expect(code).toBe(1)
  })

  test("a descriptor that is a datagram socket: 1", async () => {
    const script = `
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="poller.socket")
os.execvp(sys.argv[1], sys.argv[1:])`
    const { code, stderr } = await new Program(["-c", script, ...program, "--target", "http://127.0.0.1:1/"], {
      command: "python3"
    }).ended
    expect(stderr).toBe(
      "cannot listen on poller.socket: it is no stream socket that listens: the socket unit needs ListenStream=\n"
    )
    expect(code).toBe(1)
  })

  test("a port in use: 1", async () => {
    const other = createServer().listen(0, "127.0.0.1")
    await once(other, "listening")
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === "object" ? address?.port : undefined
    const { code, lines } = await fails("--addr", `127.0.0.1:${port}`, "--target", "http://127.0.0.1:1/")
    expect(lines).toEqual([
      `cannot listen on 127.0.0.1:${port}: another process has this port; two daemons cannot share one`
    ])
    expect(code).toBe(1)
  })
})
