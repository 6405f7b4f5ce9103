import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "../free-port.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"

/** Debian has the programs of each version of PostgreSQL in a folder of its own, which is not on the PATH. */
const root = "/usr/lib/postgresql"
const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
const programs = join(root, versions[0] ?? "none", "bin")
const install = "apt-get install -y --no-install-recommends postgresql-15"

export const noPostgres: boolean = isMissing({
  name: "PostgreSQL",
  probe: ["test", "-x", join(programs, "postgres")],
  install
})

/** PostgreSQL refuses root, so root starts it as the user that Debian has made for it. */
const user = (() => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout)
  return { uid: id("-u"), gid: id("-g") }
})()

/** A real PostgreSQL on a free port of loopback, with its data in a temporary folder. */
export class Postgres implements AsyncDisposable {
  readonly port: number
  readonly folder: string
  readonly passwordFile: string
  #child: ChildProcess | undefined

  private constructor(port: number, folder: string) {
    this.port = port
    this.folder = folder
    this.passwordFile = join(folder, "password")
  }

  /** The role `poller` owns the database `poller`, and has a password, which is in `passwordFile`. */
  static async start(password = "hush"): Promise<Postgres> {
    const folder = temporaryFolder()
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
    const postgres = new Postgres(await freePort(), folder)
    writeFileSync(postgres.passwordFile, `${password}\n`)
    if (user.uid !== undefined) chownSync(postgres.passwordFile, user.uid, user.gid)
    const superuser = ["--username=admin", `--pwfile=${postgres.passwordFile}`, "--auth=scram-sha-256"]
    execFileSync(join(programs, "initdb"), [...superuser, "--no-sync", "--encoding=UTF8", `--pgdata=${folder}/data`], {
      ...user,
      cwd: folder,
      stdio: "pipe"
    })
    await postgres.up()
    postgres.query(`CREATE ROLE poller LOGIN PASSWORD '${password}'`)
    postgres.query("CREATE DATABASE poller OWNER poller")
    return postgres
  }

  url(port = this.port): string {
    return `postgres://poller@127.0.0.1:${port}/poller`
  }

  /** Starts the server, and returns once it takes connections. */
  async up(...settings: ReadonlyArray<string>): Promise<void> {
    const options = [
      "fsync=off",
      "listen_addresses=127.0.0.1",
      `port=${this.port}`,
      "unix_socket_directories=",
      ...settings
    ]
    const args = ["-D", join(this.folder, "data"), ...options.flatMap((option) => ["-c", option])]
    const child = spawn(join(programs, "postgres"), args, {
      ...user,
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"]
    })
    let log = ""
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk
    })
    this.#child = child
    while (!log.includes("ready to accept connections")) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended:\n${log}`)
      await sleep(20)
    }
  }

  /** Kills the server with everything that belongs to it, as a power cut does. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    // SIGQUIT ends its children as well; a killed parent would leave them with the port
    child.kill("SIGQUIT")
    await once(child, "close")
  }

  /** Also takes connections with TLS. */
  serveTls({ cert, key }: { readonly cert: string; readonly key: string }): void {
    for (const [name, text] of Object.entries({ "server.crt": cert, "server.key": key })) {
      const file = join(this.folder, "data", name)
      writeFileSync(file, text, { mode: 0o600 })
      if (user.uid !== undefined) chownSync(file, user.uid, user.gid)
    }
    this.query("ALTER SYSTEM SET ssl = on")
    this.query("SELECT pg_reload_conf()")
  }

  /** Processor time that the server and its children have used; those that have ended included. */
  cpuSeconds(): number {
    const pid = this.#child?.pid
    const ticksOf = (stat: string, fields: ReadonlyArray<number>) => {
      const values = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return fields.reduce((sum, field) => sum + Number(values[field]), 0)
    }
    // fields of proc(5) from "state" on: utime, stime, cutime, cstime
    const own = ticksOf(readFileSync(`/proc/${pid}/stat`, "utf8"), [11, 12, 13, 14])
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").match(/\d+/g) ?? []
    const ticks = children.reduce((sum, child) => {
      try {
        return sum + ticksOf(readFileSync(`/proc/${child}/stat`, "utf8"), [11, 12])
      } catch {
        // it ended just now
        return sum
      }
    }, own)
    return ticks / 100
  }

  /** The first column of a query, as a superuser. */
  query(sql: string, database = "postgres"): ReadonlyArray<string> {
    const args = ["--no-psqlrc", "--tuples-only", "--no-align", "-h", "127.0.0.1", "-p", String(this.port)]
    return execFileSync("psql", [...args, "-U", "admin", "-d", database, "-c", sql], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, PGPASSWORD: readFileSync(this.passwordFile, "utf8").trim() }
    })
      .trim()
      .split("\n")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
