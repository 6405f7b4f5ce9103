import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { name, output, release } from "./released.ts"

test("the release has every file, and the checksum of each", () => {
  const sums = readFileSync(join(release, "SHA256SUMS"), "utf8")
  const listed = [...sums.matchAll(/^[0-9a-f]{64} {2}(.*)$/gm)].map(([, file]) => file)
  expect([...listed, "SHA256SUMS"].sort()).toEqual(readdirSync(release).sort())
  expect(listed.sort()).toEqual(
    [
      ...["js", "js.cdx.json", "tgz", "tar.gz"].map((end) => `${name}.${end}`),
      "poller-cluster.js",
      `${name}-image-amd64.tar.gz`,
      ...["amd64", "arm64"].flatMap((architecture) => [
        `${name}-linux-${architecture}`,
        `${name}-linux-${architecture}.cdx.json`,
        `${name}-linux-${architecture}.licences.txt`,
        `poller_${pkg.version}_${architecture}.deb`
      ])
    ].sort()
  )
  output("sha256sum", "--check", "--quiet", "SHA256SUMS")
})
