import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { emulators } from "../../deploy/platform.ts"
import pkg from "../../package.json" with { type: "json" }
import { name, output, pollOnce, release } from "./released.ts"

const programs = {
  amd64: [join(release, `${name}-linux-amd64`)],
  // QEMU is called by name, so that it works where binfmt_misc is not available, as in most containers
  arm64: [...(emulators.arm64 ?? []), join(release, `${name}-linux-arm64`)]
}

describe.each(Object.entries(programs))("the executable for %s", (architecture, program) => {
  test("is one for this processor", () => {
    const header = output("readelf", "--file-header", join(release, `${name}-linux-${architecture}`))
    expect(header).toContain(architecture === "arm64" ? "AArch64" : "X86-64")
  })

  test("prints its version", () => {
    const [command = "", ...args] = program
    expect(output(command, ...args, "--version")).toContain(`poller ${pkg.version} `)
  })

  test("polls, is scraped, and ends with 0 on SIGTERM", async () => {
    expect(await pollOnce(program)).toEqual([0, null])
  })
})
