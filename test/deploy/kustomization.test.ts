import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { isMissing } from "../system/counterpart.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const base = join(import.meta.dirname, "../../deploy/kubernetes")

const missing = isMissing({
  name: "kubectl",
  probe: ["kubectl", "version", "--client"],
  install: "apt-get install kubernetes-client"
})

/** The objects of a manifest, read as Kubernetes reads it, which takes 0444 as an octal number. */
const objectsOf = (text: string) => parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJS())

const render = (folder: string) =>
  objectsOf(execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8", stdio: "pipe" }))

/** The kustomization that a comment of the base shows, in the spelling of the kubectl that is here. */
const shown = () => {
  const lines = readFileSync(join(base, "kustomization.yaml"), "utf8").match(/^# {3}.*$/gm) ?? []
  const text = lines.map((line) => `${line.slice(4)}\n`).join("")
  const { clientVersion } = JSON.parse(
    execFileSync("kubectl", ["version", "--client", "--output=json"], { encoding: "utf8" })
  )
  if (Number.parseInt(clientVersion.minor, 10) > 20) return text
  // Debian 12 has a kubectl with Kustomize 2.0
  return text
    .replace("resources:", "bases:")
    .replace("patches: [{ path: size.yaml }]", "patchesStrategicMerge: [size.yaml]")
}

const size = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: poller }
spec:
  replicas: 5
  template:
    spec:
      containers: [{ name: poller, env: [{ name: POLLER_TOTAL_SHARDS, value: "5" }] }]
`

const ofKind = (objects: ReadonlyArray<{ readonly kind: string }>, kind: string) =>
  objects.find((object) => object.kind === kind) as never as Record<string, never>

describe.skipIf(missing)("the Kustomize base", () => {
  test("renders the objects of the manifest", () => {
    const objects = objectsOf(readFileSync(join(base, "poller.yaml"), "utf8"))
    const rendered = render(base)
    expect(rendered).toHaveLength(objects.length)
    expect(rendered).toEqual(expect.arrayContaining(objects))
  })

  test("takes the kustomization that its comment shows", () => {
    const folder = temporaryFolder()
    cpSync(base, join(folder, "kubernetes"), { recursive: true })
    const own = join(folder, "own")
    mkdirSync(own)
    for (const [file, text] of Object.entries({
      "kustomization.yaml": shown(),
      "poller.yml": "targets: []\n",
      "size.yaml": size
    }))
      writeFileSync(join(own, file), text)
    const objects = render(own)
    for (const { metadata } of objects) expect(metadata).toMatchObject({ name: "poller", namespace: "monitoring" })
    expect(ofKind(objects, "ConfigMap")).toMatchObject({ data: { "poller.yml": "targets: []\n" } })
    const env = expect.arrayContaining([{ name: "POLLER_TOTAL_SHARDS", value: "5" }])
    expect(ofKind(objects, "StatefulSet")).toMatchObject({
      spec: {
        replicas: 5,
        template: {
          spec: { containers: [{ image: expect.stringMatching(/^registry\.example\.com\/poller:\d/), env }] }
        }
      }
    })
  })
})
