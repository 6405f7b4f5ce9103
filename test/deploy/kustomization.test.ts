import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { isMissing } from "../system/counterpart.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { manifestObjects } from "./manifest-objects.ts"

const base = join(import.meta.dirname, "../../deploy/kubernetes")

const missing = isMissing({
  name: "kubectl",
  probe: ["kubectl", "version", "--client"],
  install: "apt-get install kubernetes-client"
})

const render = (folder: string) =>
  manifestObjects(execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8", stdio: "pipe" }))

/** The kustomization in the comment of the base, adapted to the installed version of kubectl. */
const documentedExample = () => {
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
  test("renders the objects of poller.yaml", () => {
    const objects = manifestObjects(readFileSync(join(base, "poller.yaml"), "utf8"))
    const rendered = render(base)
    expect(rendered).toHaveLength(objects.length)
    expect(rendered).toEqual(expect.arrayContaining(objects))
  })

  test("can be used as its comment shows", () => {
    const folder = temporaryFolder()
    cpSync(base, join(folder, "kubernetes"), { recursive: true })
    const own = join(folder, "own")
    mkdirSync(own)
    for (const [file, text] of Object.entries({
      "kustomization.yaml": documentedExample(),
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
