import { execFileSync } from "node:child_process"
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import pkg from "../package.json" with { type: "json" }
import { manPage } from "./man-page.ts"
import { platformNamed } from "./platform.ts"
import { sourceRevision } from "./source-revision.ts"

/*
 * Makes the Debian package: `node deploy/build-package.ts [ARCHITECTURE]`, after deploy/build-executable.ts. The same
 * executable and sources make the same bytes (reproducible-builds.org). The only date in it is that of the sources.
 */

const root = join(import.meta.dirname, "..")

interface File {
  /** Path in the repository, and path of the installed file. */
  readonly from: string
  readonly to: string
  readonly executable?: boolean
}

const documentation = "/usr/share/doc/poller"

/** Folders with files that users copy, and where they are installed below the documentation. */
const exampleFolders = {
  "deploy/examples": "examples/apis",
  "deploy/examples/jenkins-jobs": "examples/apis/jenkins-jobs",
  "deploy/examples/redfish": "examples/apis/redfish",
  "deploy/grafana": "examples/grafana",
  "deploy/kubernetes": "examples/kubernetes",
  "deploy/prometheus": "examples/prometheus",
  "deploy/systemd/poller.service.d": "examples",
  "deploy/systemd/poller@.service.d": "examples"
}

const filesIn = (folder: string, to: string): ReadonlyArray<File> =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ from: `${folder}/${name}`, to: `${documentation}/${to}/${name}` }))

/** Pages for contributors are not in the package. Links to them lead to the repository. */
const forContributors = ["docs/architecture.md"]

const filesFor = (executable: string): ReadonlyArray<File> => [
  { from: `dist/${executable}`, to: "/usr/bin/poller", executable: true },
  { from: "deploy/poller.yml", to: "/etc/poller/poller.yml" },
  { from: "deploy/poller.default", to: "/etc/default/poller" },
  { from: "deploy/systemd/poller.service", to: "/usr/lib/systemd/system/poller.service" },
  { from: "deploy/systemd/poller@.service", to: "/usr/lib/systemd/system/poller@.service" },
  { from: "deploy/systemd/poller.socket", to: "/usr/lib/systemd/system/poller.socket" },
  { from: "deploy/systemd/sysusers.conf", to: "/usr/lib/sysusers.d/poller.conf" },
  ...filesIn("docs", "docs").filter(({ from }) => !forContributors.includes(from)),
  ...Object.entries(exampleFolders).flatMap(([from, to]) => filesIn(from, to)),
  { from: "README.md", to: `${documentation}/README.md` },
  { from: "CHANGELOG.md", to: `${documentation}/CHANGELOG.md` },
  { from: `dist/${executable}.cdx.json`, to: `${documentation}/poller.cdx.json` },
  { from: `dist/${executable}.licences.txt`, to: `${documentation}/licences.txt` },
  { from: "deploy/debian/copyright", to: `${documentation}/copyright` },
  { from: "deploy/debian/lintian-overrides", to: "/usr/share/lintian/overrides/poller" },
  { from: "deploy/debian/conffiles", to: "/DEBIAN/conffiles" },
  { from: "deploy/debian/postinst", to: "/DEBIAN/postinst", executable: true },
  { from: "deploy/debian/prerm", to: "/DEBIAN/prerm", executable: true },
  { from: "deploy/debian/postrm", to: "/DEBIAN/postrm", executable: true }
]

/** Where each shell looks for completions. */
const completions = {
  bash: "/usr/share/bash-completion/completions/poller",
  zsh: "/usr/share/zsh/vendor-completions/_poller",
  fish: "/usr/share/fish/vendor_completions.d/poller.fish"
}

/** The date of the sources in seconds since the epoch. */
export const sourceDate = (): number => Number(process.env.SOURCE_DATE_EPOCH ?? sourceRevision().time)

/**
 * Adapts the links of the README or of a page in docs/ to the paths of installed files. `up` is the relative path to
 * the folder of the README: empty, or `../`.
 */
const withInstalledLinks = (text: string, up: string): string =>
  text.replaceAll(/\]\((?!\w+:|#)([^)\s#]*)/g, (link, target: string) => {
    const path = join(up === "" ? "." : "docs", target)
    const folder = Object.entries(exampleFolders).find(([from]) => path === from || path.startsWith(`${from}/`))
    if (folder !== undefined) return `](${up}${folder[1]}${path.slice(folder[0].length)}`
    if (forContributors.includes(path) || !/^(docs\/[^/]+|README.md|CHANGELOG.md)$/.test(path))
      return `](${pkg.homepage}/blob/main/${path}`
    return link
  })

interface PackageOptions {
  readonly version?: string
  /** By its name in Node: `x64`, `arm64`. Default: that of this machine. */
  readonly architecture?: string | undefined
  /**
   * Options of dpkg-deb. Default: xz, which Debian 11 reads too, with one thread, since the number of threads changes
   * the bytes.
   */
  readonly compression?: ReadonlyArray<string>
}

/** Makes `poller_VERSION_ARCHITECTURE.deb` in `directory` and returns its path. */
export const makePackage = (directory: string, options: PackageOptions = {}): string => {
  const { version = pkg.version, architecture, compression = ["-Zxz", "-z6", "--threads-max=1"] } = options
  const platform = platformNamed(architecture)
  process.umask(0o022)
  const stage = mkdtempSync(join(tmpdir(), "poller-package-"))
  const path = (file: string) => {
    mkdirSync(dirname(join(stage, file)), { recursive: true, mode: 0o755 })
    return join(stage, file)
  }
  const seconds = sourceDate()
  const date = new Date(seconds * 1000)
  try {
    chmodSync(stage, 0o755)
    for (const { from, to, executable = false } of filesFor(platform.executable)) {
      copyFileSync(join(root, from), path(to))
      chmodSync(path(to), executable ? 0o755 : 0o644)
    }
    for (const { from, to } of filesFor(platform.executable)) {
      if (!to.startsWith(documentation) || !to.endsWith(".md")) continue
      writeFileSync(path(to), withInstalledLinks(readFileSync(path(to), "utf8"), from.startsWith("docs/") ? "../" : ""))
    }
    // from the executable for this machine: help and completions are the same on each architecture
    const program = join(root, "dist/poller")
    for (const [shell, to] of Object.entries(completions))
      writeFileSync(path(to), execFileSync(program, ["--completions", shell]))
    const compressed = { level: 9 }
    const page = manPage(program, version, date.toISOString().slice(0, 10))
    writeFileSync(path("/usr/share/man/man1/poller.1.gz"), gzipSync(page, compressed))
    const fill = (file: string) =>
      readFileSync(join(root, "deploy/debian", file), "utf8")
        .replaceAll("${version}", version)
        .replaceAll("${author}", pkg.author)
        .replaceAll("${homepage}", pkg.homepage)
        .replaceAll("${architecture}", platform.debian)
        .replaceAll("${date}", date.toUTCString().replace("GMT", "+0000"))
    writeFileSync(path(`${documentation}/changelog.gz`), gzipSync(fill("changelog"), compressed))

    const installed = readdirSync(stage, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(stage.length + 1))
      .filter((file) => !file.startsWith("DEBIAN/"))
      .sort()
    const md5sums = execFileSync("md5sum", installed, { cwd: stage, encoding: "utf8" })
    writeFileSync(path("/DEBIAN/md5sums"), md5sums)
    const kilobytes = installed.reduce((sum, file) => sum + Math.ceil(statSync(join(stage, file)).size / 1024), 0)
    writeFileSync(path("/DEBIAN/control"), fill("control").replace("${installedSize}", String(kilobytes)))

    const deb = join(directory, `poller_${version}_${platform.debian}.deb`)
    execFileSync("dpkg-deb", ["--root-owner-group", ...compression, "--build", stage, deb], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
      stdio: ["ignore", "ignore", "inherit"]
    })
    return deb
  } finally {
    rmSync(stage, { recursive: true })
  }
}

if (import.meta.main) console.log(makePackage(join(root, "dist"), { architecture: process.argv[2] }))
