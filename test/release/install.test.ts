import { dirname } from "node:path"
import { expect, vi } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { blocksFor } from "../command-blocks.ts"
import { onMachine } from "../system/systemd/fixtures.ts"
import { inside } from "../system/systemd/machine.ts"
import { output } from "./released.ts"

vi.setConfig({ testTimeout: 600_000 })

/** Makes a writable view of this checkout. npm cannot download anything here, and finds all that it needs in it. */
const checkout = `
  mkdir /root/changes /root/poller
  mount -t tmpfs tmpfs /root/changes
  mkdir /root/changes/upper /root/changes/work
  mount -t overlay -o lowerdir=${inside.root},upperdir=/root/changes/upper,workdir=/root/changes/work overlay /root/poller
  rm -rf /root/poller/dist
  touch /root/poller/node_modules/.package-lock.json
`

/** The program of each block, in their order, and what removes it, so that the next one is not mistaken for it. */
const programs: ReadonlyArray<readonly [program: string, remove: string]> = [
  ["/usr/local/bin/poller", "rm /usr/local/bin/poller"],
  ["/usr/bin/poller", "systemctl is-active poller && dpkg --purge poller"],
  ["/usr/local/bin/poller", "npm uninstall --global poller"]
]

onMachine("the commands of the README's Install work in a checkout, one after the other", async ({ machine }) => {
  const node = dirname(inside.node) // the installed one may be too old for poller
  const path = `PATH=${node}:${dirname(output("which", "npm").trim())}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  const type = (commands: string) =>
    machine.must("env", path, "HOME=/root", "npm_config_prefix=/usr/local", "bash", "--norc", "-eu", "-c", commands)
  await type(checkout)
  const blocks = blocksFor("test/release/install.test.ts")
  expect(blocks).toHaveLength(programs.length)
  for (const [index, [program, remove]] of programs.entries()) {
    await type(`cd /root/poller\n${blocks[index]?.commands}`)
    expect(await type(`${program} --version`)).toContain(`poller ${pkg.version} (commit `)
    await type(remove)
  }
})
