import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "../free-port.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { getOnce } from "./http-connection.ts"
import { collectdConfig } from "./peers/collectd-config.ts"

/** The task of a daemon: poll one URL, or the URLs `url/0`, `url/1` ... of many targets. `rows` is for each of them. */
export interface Task {
  readonly url: string
  /** Milliseconds between two polls. */
  readonly interval: number
  readonly rows: number
  readonly targets?: number
}

/** The columns of the tables. */
export const peers = ["poller", "go", "prom-client", "bare", "plain", "collectd"] as const
/** `executable`: poller as a single executable, which has its own rows. */
export type Peer = (typeof peers)[number] | "executable"

/** A running daemon. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  /** Milliseconds from exec to the first 200 on /metrics. */
  readonly start: number
}

const root = join(import.meta.dirname, "../..")
const built = join(root, "dist/poller.js")
export const executable = join(root, "dist/poller")
const scratch = temporaryFolder()

let files = 0
const scratchFile = (content: string | Uint8Array): string => {
  const path = join(scratch, String(files++))
  writeFileSync(path, content)
  return path
}

/** The configuration with which `poller` exposes the same series as the other daemons. */
const configuration = ({ url, interval, rows, targets }: Task) => {
  const timeout = Math.min(interval, 60_000)
  const limits = { max_series: 2 * rows + 1, max_body: "2GB" }
  const names = targets === undefined ? [""] : Array.from({ length: targets }, (_, index) => `/${index}`)
  return {
    defaults: { interval: `${interval}ms`, timeout: `${timeout}ms`, ...limits },
    mappings: {
      rows: {
        each: [
          {
            path: "items[*]",
            labels_from: { node: "id", region: "region" },
            metrics: {
              bench_cpu_usage_ratio: { value: "cpu", help: "CPU in use." },
              bench_queue_depth: { value: "queue", help: "Jobs that wait." }
            }
          }
        ]
      }
    },
    targets: names.map((path) => ({
      name: `bench${path}`,
      url: `${url}${path}`,
      mapping: "rows",
      ...(path !== "" && { labels: { site: `s${path.slice(1)}` } })
    }))
  }
}

const goBinary = join(root, "dist/bench/go-daemon")

/** Builds the Go daemon from Debian's packages of Go sources; false without them. */
const buildGo = (): boolean => {
  if (spawnSync("go", ["version"]).status !== 0) return false
  mkdirSync(join(root, "dist/bench"), { recursive: true })
  const env = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOFLAGS: "" }
  const source = join(import.meta.dirname, "peers/go/main.go")
  return spawnSync("go", ["build", "-o", goBinary, source], { env, stdio: "inherit" }).status === 0
}

const collectd = "/usr/sbin/collectd"

/** The daemons that this machine can run. `poller` must be built. */
export const findPeers = (): ReadonlyArray<Peer> => {
  if (!existsSync(built)) throw new Error("dist/poller.js is missing: npm run build")
  const go = buildGo()
  if (!go) {
    console.error(
      "without Go to compare with: apt-get install --no-install-recommends golang golang-github-prometheus-client-golang-dev"
    )
  }
  return peers.filter((peer) => (peer !== "go" || go) && peer !== "plain" && peer !== "collectd")
}

/** The daemons of the scenario `common`: all that poll many targets. */
export const findCommonPeers = (found: ReadonlyArray<Peer>): ReadonlyArray<Peer> => {
  const withCollectd = existsSync(collectd) && existsSync("/usr/lib/collectd/write_prometheus.so")
  if (!withCollectd) {
    console.error(
      "without collectd to compare with: apt-get install --no-install-recommends collectd-core libyajl2 libmicrohttpd12 libprotobuf-c1"
    )
  }
  const others = found.filter((peer) => peer === "poller" || peer === "go")
  return withExecutable([...others, "plain", ...(withCollectd ? (["collectd"] as const) : [])])
}

/** Adds the single executable, if it was built. */
export const withExecutable = (peers: ReadonlyArray<Peer>): ReadonlyArray<Peer> =>
  existsSync(executable) ? ["executable", ...peers] : peers

export const goVersion = (): string => execFileSync("go", ["version"], { encoding: "utf8" }).trim()

const peerFile = (name: string) => join(import.meta.dirname, "peers", name)

/** The command of each daemon. The bare one does not poll: it serves the given bytes. */
const command = (peer: Peer, task: Task, port: number, page: Page | undefined): ReadonlyArray<string> => {
  const address = `127.0.0.1:${port}`
  switch (peer) {
    case "poller":
    case "executable": {
      const config = scratchFile(JSON.stringify(configuration(task)))
      const program = peer === "poller" ? [process.execPath, built] : [executable]
      return [...program, "run", "--config", config, "--addr", address]
    }
    case "go": {
      const { url, interval, targets = 0 } = task
      return [goBinary, "-addr", address, "-target", url, "-interval", `${interval}ms`, "-targets", String(targets)]
    }
    case "prom-client":
      return [process.execPath, peerFile("prom-client.cjs"), String(port), task.url, String(task.interval)]
    case "plain": {
      const { url, interval, targets = 1 } = task
      return [process.execPath, peerFile("plain-node.cjs"), String(port), url, String(interval), String(targets)]
    }
    case "collectd": {
      const config = scratchFile(collectdConfig({ targets: 1, ...task, port, folder: temporaryFolder() }))
      return [collectd, "-f", "-C", config]
    }
    case "bare":
      return [
        process.execPath,
        peerFile("bare-node.cjs"),
        String(port),
        ...(page === undefined ? [] : [page.plain, page.gzip])
      ]
  }
}

/** Files with the bytes for the bare server. */
export interface Page {
  readonly plain: string
  readonly gzip: string
}

/** Saves the page of poller for the bare server. */
export const pageOf = async ({ port }: Daemon): Promise<Page> => ({
  plain: scratchFile((await getOnce(port, "/metrics")).body),
  gzip: scratchFile((await getOnce(port, "/metrics", { gzip: true })).body)
})

const stop = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGKILL")
  await once(child, "exit")
}

const answers = async (port: number) => {
  try {
    return (await getOnce(port, "/metrics")).status === 200
  } catch {
    return false
  }
}

/** Starts a daemon and waits for its first 200 on /metrics. */
export const startDaemon = async (peer: Peer, task: Task, page?: Page): Promise<Daemon> => {
  const port = await freePort()
  const [file = "", ...args] = command(peer, task, port, page)
  const begin = performance.now()
  // without environment: NODE_EXTRA_CA_CERTS would cost 20 ms of the start
  const child = spawn(file, args, { env: {}, stdio: ["ignore", "ignore", "pipe"] })
  let log = ""
  child.stderr.on("data", (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-2000)
  })
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${peer} ended with ${child.exitCode}: ${log}`)
    await sleep(1)
  }
  const start = performance.now() - begin
  return { pid: child.pid ?? 0, port, start, [Symbol.asyncDispose]: () => stop(child) }
}

/** Waits until the page has the series of the first poll. */
export const polled = async ({ port }: Daemon): Promise<void> => {
  const deadline = performance.now() + 120_000
  while (performance.now() < deadline) {
    const { body } = await getOnce(port, "/metrics")
    if (body.includes("\nbench_queue_depth{")) return
    await sleep(20)
  }
  throw new Error("the series of the first poll did not come within two minutes")
}

/**
 * Starts a daemon that polls. Returns the server to scrape, `warmUp` milliseconds after the first poll: the daemon, or
 * bare Node, which serves the page of a poller that is not scraped.
 */
export const serving = async (peer: Peer, task: Task, warmUp: number, stack: AsyncDisposableStack): Promise<Daemon> => {
  const daemon = stack.use(await startDaemon(peer === "bare" ? "poller" : peer, task))
  await polled(daemon)
  await sleep(warmUp)
  return peer === "bare" ? stack.use(await startDaemon("bare", task, await pageOf(daemon))) : daemon
}
