import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { locateIn } from "../../src/config/files.ts"
import { fromText } from "../../src/config/load.ts"

const file = join(import.meta.dirname, "../../deploy/kubernetes/poller.yaml")
const objects = parseAllDocuments(readFileSync(file, "utf8")).map((document) => {
  expect(document.errors).toEqual([])
  return document.toJS()
})
const [config, , set, monitor] = objects
const [container] = set.spec.template.spec.containers

test("the manifest is of a ConfigMap, a Service, a StatefulSet and a PodMonitor, all of one name", () => {
  expect(objects.map(({ kind }) => kind)).toEqual(["ConfigMap", "Service", "StatefulSet", "PodMonitor"])
  expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(["poller"]))
  expect(monitor.spec.selector).toEqual(set.spec.selector)
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
