import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { test as base, vi } from "vitest"
import { makePackage } from "../../../deploy/build-package.ts"
import pkg from "../../../package.json" with { type: "json" }
import { boot, type Machine } from "./machine.ts"

// the first test of a file also makes the package, boots the machine and installs it
vi.setConfig({ testTimeout: 120_000 })

const root = join(import.meta.dirname, "../../..")

/** Builds the executable for the package unless it is newer than the bundle. Of several test files, one builds it. */
export const makeExecutable = () => {
  const build = `[ dist/poller -nt dist/poller.js ] || "${process.execPath}" deploy/build-executable.ts`
  execFileSync("flock", ["dist/executable.lock", "sh", "-c", build], { cwd: root, stdio: "pipe" })
}

/** Makes the package, without compression to save time, and copies it to the machine. Returns its path there. */
export const packageFor = (machine: Machine, version = pkg.version): string => {
  const directory = mkdtempSync(join(tmpdir(), "poller-deb-"))
  try {
    makeExecutable()
    const deb = makePackage(directory, { version, compression: ["-Znone"] })
    const path = `/root/${basename(deb)}`
    copyFileSync(deb, machine.path(path))
    return path
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const unbootable = "no systemd can be booted here"

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are wanted
const onAny = base.extend("booted", { scope: "file" }, async ({}, { onCleanup }) => {
  const machine = await boot()
  onCleanup(() => machine?.halt())
  return machine
})

/** A test on a machine that runs systemd, one machine a file; skipped where none can be booted. */
export const onMachine = onAny.extend("machine", ({ booted, skip }) => booted ?? skip(unbootable))

/** The same, with poller's package installed. */
export const onInstalled = onAny
  .extend("installed", { scope: "file" }, async ({ booted }) => {
    await booted?.must("dpkg", "--install", packageFor(booted))
    return booted
  })
  .extend("machine", ({ installed, skip }) => installed ?? skip(unbootable))
