import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import { connect, createServer as createTcpServer, type Socket } from "node:net"
import { join } from "node:path"
import { freePort } from "../free-port.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import type { Postgres } from "./postgres.ts"
import { Program } from "./program.ts"
import { samplesOf } from "./samples-of-page.ts"

/** An upstream that notes when each target was polled (milliseconds of `performance.now`). */
export class PolledUpstream implements AsyncDisposable {
  readonly polls = new Map<string, Array<number>>()
  readonly #server = createServer((request: IncomingMessage, response) => {
    const name = request.url?.slice(1) ?? ""
    const times = this.polls.get(name)
    if (times === undefined) this.polls.set(name, [performance.now()])
    else times.push(performance.now())
    response.setHeader("content-type", "application/json")
    response.end('{"up":1}')
  })
  url = ""

  static async start(): Promise<PolledUpstream> {
    const upstream = new PolledUpstream()
    upstream.#server.listen(0, "127.0.0.1")
    await once(upstream.#server, "listening")
    const address = upstream.#server.address()
    if (typeof address === "string" || address === null) throw new Error("no port")
    upstream.url = `http://127.0.0.1:${address.port}`
    return upstream
  }

  /** The longest time without a poll that any target had since `start`, up to now. */
  longestGap(start: number): { readonly target: string; readonly milliseconds: number } {
    let longest = { target: "", milliseconds: 0 }
    const now = performance.now()
    for (const [target, times] of this.polls) {
      const before = times.filter((time) => time < start).at(-1) ?? start
      const all = [before, ...times.filter((time) => time >= start), now]
      for (let index = 1; index < all.length; index++) {
        const milliseconds = (all[index] ?? 0) - (all[index - 1] ?? 0)
        if (milliseconds > longest.milliseconds) longest = { target, milliseconds }
      }
    }
    return longest
  }

  /** Polls per second and target since `start`: 1 if each target is polled once in an interval of a second. */
  load(start: number): number {
    const count = [...this.polls.values()].flatMap((times) => times.filter((time) => time >= start)).length
    return count / this.polls.size / ((performance.now() - start) / 1000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** A TCP proxy before the database. While `isCut` is set it drops all data, and connections stay open. */
export class DatabaseProxy implements Disposable {
  readonly #sockets = new Set<Socket>()
  readonly #server = createTcpServer((client) => this.#join(client))
  readonly #target: number
  port = 0
  isCut = false

  private constructor(target: number) {
    this.#target = target
  }

  static async to(target: number): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target)
    proxy.port = await freePort()
    proxy.#server.listen(proxy.port, "127.0.0.1")
    await once(proxy.#server, "listening")
    return proxy
  }

  #join(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1")
    for (const [from, to] of [
      [client, server],
      [server, client]
    ] as const) {
      this.#sockets.add(from)
      from.on("data", (chunk) => {
        if (!this.isCut) to.write(chunk)
      })
      from.on("error", () => undefined)
      from.on("close", () => {
        this.#sockets.delete(from)
        if (!this.isCut) to.destroy()
      })
    }
  }

  /** Passes data on again. Closes the old connections, which have missed some. */
  heal(): void {
    this.isCut = false
    for (const socket of this.#sockets) socket.destroy()
  }

  [Symbol.dispose](): void {
    this.heal()
    this.#server.close()
  }
}

export interface ClusterOptions {
  readonly postgres: Postgres
  readonly upstream: PolledUpstream
  readonly targets: number
  readonly interval?: string
}

/** Processes that share the targets of one configuration. */
export class ClusterProcesses implements AsyncDisposable {
  readonly folder = temporaryFolder()
  readonly all: Array<Member> = []
  readonly #options: ClusterOptions

  constructor(options: ClusterOptions) {
    this.#options = options
    this.write("poller.yml", options.targets)
  }

  /** Writes a configuration with `count` targets, and returns its path. */
  write(file: string, count: number): string {
    const { upstream, interval = "1s" } = this.#options
    const path = join(this.folder, file)
    const targets = Array.from({ length: count }, (_, index) => ({
      name: `target-${index}`,
      url: `${upstream.url}/target-${index}`,
      labels: { node: `node-${index}` },
      mapping: "node"
    }))
    const mappings = { node: { metrics: { node_up: { value: "up", help: "1 while the node serves." } } } }
    writeFileSync(path, JSON.stringify({ defaults: { interval, timeout: "900ms" }, mappings, targets }))
    return path
  }

  /** Starts a process; `port` is that of its pages. */
  async start(options: { readonly port?: number } & Partial<MemberFlags> = {}) {
    const { postgres } = this.#options
    const { port = await freePort(), ...flags } = options
    const member = new Member(`127.0.0.1:${port}`, {
      config: join(this.folder, "poller.yml"),
      cluster: postgres.url(),
      "cluster-password-file": postgres.passwordFile,
      ...flags
    })
    this.all.push(member)
    return member
  }

  get running(): ReadonlyArray<Member> {
    return this.all.filter(({ child }) => child.exitCode === null && child.signalCode === null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.running) {
      member.child.kill("SIGCONT")
      member.child.kill("SIGKILL")
      await member.ended
    }
  }
}

export interface MemberFlags {
  readonly config: string
  readonly cluster: string
  readonly "cluster-password-file": string
  readonly state?: string
}

/** A process of a cluster. */
export class Member extends Program {
  readonly address: string
  readonly url: string

  constructor(address: string, flags: MemberFlags) {
    const given = { addr: address, "cluster-address": address, grace: "1s", ...flags }
    super(["run", ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])])
    this.address = address
    this.url = `http://${address}`
  }

  async page(): Promise<ReadonlyMap<string, number>> {
    return samplesOf(await (await fetch(`${this.url}/metrics`)).text())
  }

  /** The targets whose series are on its page. */
  async targets(): Promise<ReadonlySet<string>> {
    const names = [...(await this.page()).keys()].flatMap(
      (series) => /^poll_up\{target="(.*)"\}$/.exec(series)?.[1] ?? []
    )
    return new Set(names)
  }
}

/** The processes that have each target on their page, by target. */
export const ownersOf = async (members: ReadonlyArray<Member>): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const owners = new Map<string, Array<string>>()
  for (const member of members)
    for (const name of await member.targets()) owners.set(name, [...(owners.get(name) ?? []), member.address])
  return owners
}
