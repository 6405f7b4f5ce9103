import type { Machine } from "./machine.ts"

let ports = 9200

/** What a test wants of an instance of `poller@.service`. */
export interface Wanted {
  /** The text of its configuration. */
  readonly config: string
  /** Lines of `[Service]`, as an administrator's drop-in has them. */
  readonly service?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string>>
}

/** Sets up an instance of the template unit, with a port of its own; it is not started. */
export const makeInstance = async (machine: Machine, name: string, wanted: Wanted) => {
  const unit = `poller@${name}.service`
  const address = `127.0.0.1:${ports++}`
  const environment = { POLLER_ADDR: address, POLLER_GRACE: "500ms", ...wanted.environment }

  const configure = (config: string) => machine.write(`/etc/poller/${name}.yml`, config)
  configure(wanted.config)
  machine.write(
    `/etc/default/poller-${name}`,
    Object.entries(environment)
      .map(([variable, value]) => `${variable}=${value}\n`)
      .join("")
  )
  machine.write(`/etc/systemd/system/${unit}.d/test.conf`, ["[Service]", ...(wanted.service ?? []), ""].join("\n"))
  await machine.must("systemctl", "enable", unit) // or systemd forgets how it ended

  const url = `http://${address}`
  return {
    unit,
    url,
    configure,
    systemctl: (command: string) => machine.run("systemctl", command, unit),
    start: async () => {
      const { code } = await machine.run("systemctl", "start", unit)
      if (code === 0) return
      throw new Error(
        `${unit} does not start:\n${(await machine.journal(unit)).map(({ MESSAGE }) => MESSAGE).join("\n")}`
      )
    },
    kill: (signal: string) => machine.must("systemctl", "kill", "--kill-whom=main", `--signal=${signal}`, unit),
    show: <Name extends string>(...names: ReadonlyArray<Name>) => machine.show(unit, ...names),
    journal: () => machine.journal(unit),
    scrape: async () => (await fetch(`${url}/metrics`)).text()
  }
}

export type Instance = Awaited<ReturnType<typeof makeInstance>>
