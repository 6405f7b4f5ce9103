import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { fromText } from "../../src/config/configuration.ts"
import { locateIn } from "../../src/config/secret-files.ts"

const root = join(import.meta.dirname, "../..")
const file = join(root, "deploy/kubernetes/poller.yaml")
const objects = parseAllDocuments(readFileSync(file, "utf8")).map((document) => {
  expect(document.errors).toEqual([])
  return document.toJS()
})
const [config, service, set, monitor] = objects
const [container] = set.spec.template.spec.containers

test("the manifest is of a ConfigMap, a Service, a StatefulSet and a PodMonitor, all of one name", () => {
  expect(objects.map(({ kind }) => kind)).toEqual(["ConfigMap", "Service", "StatefulSet", "PodMonitor"])
  expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(["poller"]))
  expect(monitor.spec.selector).toEqual(set.spec.selector)
})

/**
 * What the compiler says of an object, of which the API has this type: it knows every field of Kubernetes' OpenAPI, and
 * refuses any other.
 */
const typeErrors = (type: string, group: string, object: unknown) => {
  const folder = mkdtempSync(join(tmpdir(), "poller-kubernetes-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const source = `import type { ${type} } from "kubernetes-types/${group}"
export const object: ${type} = ${JSON.stringify(object)}`
  writeFileSync(join(folder, "object.ts"), source)
  const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"]
  const { stdout } = spawnSync("tsc", [...flags, "object.ts"], { cwd: folder, encoding: "utf8" })
  return Array.from(stdout.matchAll(/error \S+: (.*)/g), ([, message]) => message)
}

test.each([
  ["ConfigMap", "core/v1", config],
  ["Service", "core/v1", service],
  ["StatefulSet", "apps/v1", set]
])("the %s is one to Kubernetes", (type, group, object) => {
  expect(typeErrors(type, group, object)).toEqual([])
})

test.each([
  ["a field that there is not", { ...container, livenesProbe: {} }, /livenesProbe.* does not exist/],
  ["a value of another type", { ...container, image: 5 }, /'number' is not assignable to type 'string'/]
])("%s would be found", (_, container, message) => {
  expect(typeErrors("Container", "core/v1", container)).toEqual([expect.stringMatching(message)])
})

test("the PodMonitor has the fields of monitoring.coreos.com/v1", () => {
  expect(monitor).toEqual({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: "poller", labels: { "app.kubernetes.io/name": "poller" } },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": "poller" } },
      podMetricsEndpoints: [{ port: container.ports[0].name, path: "/metrics", honorLabels: true }]
    }
  })
})

test("a pod's ordinal is its shard, and there are as many shards as pods", () => {
  const env = new Map(container.env.map((entry: { name: string }) => [entry.name, entry]))
  expect(env.get("POLLER_SHARD")).toMatchObject({
    valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } }
  })
  expect(env.get("POLLER_TOTAL_SHARDS")).toMatchObject({ value: String(set.spec.replicas) })
})

test("it asks for nothing that it does not need", () => {
  expect(set.spec.template.spec.securityContext.runAsNonRoot).toBe(true)
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] }
  })
})

test("its configuration is good", () => {
  const surroundings = { environment: {}, locate: locateIn(undefined, ".") }
  const { problems, warnings } = fromText("poller.yml", config.data["poller.yml"], surroundings, {
    interval: undefined,
    timeout: undefined
  })
  expect([...problems, ...warnings]).toEqual([])
})
