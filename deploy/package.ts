import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { arch, tmpdir } from "node:os"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "..")

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }

const architecture: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" }

interface File {
  /** Where it comes from, below the root of the repository, and where it is installed. */
  readonly from: string
  readonly to: string
  readonly executable?: boolean
}

const files: ReadonlyArray<File> = [
  { from: "dist/poller", to: "/usr/bin/poller", executable: true },
  { from: "deploy/poller.yml", to: "/etc/poller/poller.yml" },
  { from: "deploy/poller.default", to: "/etc/default/poller" },
  { from: "deploy/systemd/poller.service", to: "/usr/lib/systemd/system/poller.service" },
  { from: "deploy/systemd/poller@.service", to: "/usr/lib/systemd/system/poller@.service" },
  { from: "deploy/systemd/poller.socket", to: "/usr/lib/systemd/system/poller.socket" },
  { from: "deploy/systemd/sysusers.conf", to: "/usr/lib/sysusers.d/poller.conf" },
  { from: "deploy/systemd/poller.service.d/allow-list.conf", to: "/usr/share/doc/poller/examples/allow-list.conf" },
  {
    from: "deploy/systemd/poller.service.d/notify-reload.conf",
    to: "/usr/share/doc/poller/examples/notify-reload.conf"
  },
  { from: "deploy/systemd/poller@.service.d/shards.conf", to: "/usr/share/doc/poller/examples/shards.conf" },
  { from: "deploy/prometheus/scrape.yml", to: "/usr/share/doc/poller/examples/prometheus/scrape.yml" },
  { from: "deploy/prometheus/alerts.yml", to: "/usr/share/doc/poller/examples/prometheus/alerts.yml" },
  { from: "deploy/grafana/poller.json", to: "/usr/share/doc/poller/examples/grafana/poller.json" },
  { from: "docs/alerts.md", to: "/usr/share/doc/poller/alerts.md" },
  { from: "docs/metrics.md", to: "/usr/share/doc/poller/metrics.md" },
  { from: "docs/scaling.md", to: "/usr/share/doc/poller/scaling.md" },
  { from: "docs/systemd.md", to: "/usr/share/doc/poller/systemd.md" },
  { from: "dist/poller.cdx.json", to: "/usr/share/doc/poller/poller.cdx.json" },
  { from: "CHANGELOG.md", to: "/usr/share/doc/poller/CHANGELOG.md" },
  { from: "dist/poller.licences.txt", to: "/usr/share/doc/poller/copyright" },
  { from: "deploy/debian/conffiles", to: "/DEBIAN/conffiles" },
  { from: "deploy/debian/postinst", to: "/DEBIAN/postinst", executable: true },
  { from: "deploy/debian/prerm", to: "/DEBIAN/prerm", executable: true },
  { from: "deploy/debian/postrm", to: "/DEBIAN/postrm", executable: true }
]

/** Where each shell looks for what it can complete. */
const completions = {
  bash: "/usr/share/bash-completion/completions/poller",
  zsh: "/usr/share/zsh/vendor-completions/_poller",
  fish: "/usr/share/fish/vendor_completions.d/poller.fish"
}

/** Seconds since the epoch that stand for the build, so that the same sources make the same package (reproducible-builds.org). */
const sourceDate = () =>
  process.env.SOURCE_DATE_EPOCH ??
  execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" }).trim()

/** Makes `poller_VERSION_ARCHITECTURE.deb` in `directory` and returns its path. */
export const makePackage = (directory: string, packageVersion = version): string => {
  const machine = architecture[arch()]
  if (machine === undefined) throw new Error(`no Debian architecture is known for ${arch()}`)
  process.umask(0o022)
  const stage = mkdtempSync(join(tmpdir(), "poller-package-"))
  const path = (file: string) => {
    mkdirSync(dirname(join(stage, file)), { recursive: true, mode: 0o755 })
    return join(stage, file)
  }
  try {
    chmodSync(stage, 0o755)
    for (const { from, to, executable = false } of files) {
      copyFileSync(join(root, from), path(to))
      chmodSync(path(to), executable ? 0o755 : 0o644)
    }
    for (const [shell, to] of Object.entries(completions)) {
      writeFileSync(path(to), execFileSync(join(root, "dist/poller"), ["--completions", shell]))
    }
    const control = readFileSync(join(root, "deploy/debian/control"), "utf8")
    writeFileSync(
      path("/DEBIAN/control"),
      control.replace("${version}", packageVersion).replace("${architecture}", machine)
    )

    const deb = join(directory, `poller_${packageVersion}_${machine}.deb`)
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zzstd", "-z5", "--build", stage, deb], {
      env: { ...process.env, SOURCE_DATE_EPOCH: sourceDate() },
      stdio: ["ignore", "ignore", "inherit"]
    })
    return deb
  } finally {
    rmSync(stage, { recursive: true })
  }
}

if (import.meta.main) console.log(makePackage(join(root, "dist")))
