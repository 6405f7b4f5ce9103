import { spawnSync } from "node:child_process"
import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import pkg from "../../package.json" with { type: "json" }
import { lines, load } from "../config/loading.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { manifestObjects } from "./manifest-objects.ts"

const root = join(import.meta.dirname, "../..")
const objectsIn = (name: string) => manifestObjects(readFileSync(join(root, "deploy/kubernetes", name), "utf8"))
const objects = objectsIn("poller.yaml")
const [config, service, set, monitor] = objects
const [container] = set.spec.template.spec.containers

test("the manifest has a ConfigMap, a Service, a StatefulSet and a PodMonitor with the same name", () => {
  expect(objects.map(({ kind }) => kind)).toEqual(["ConfigMap", "Service", "StatefulSet", "PodMonitor"])
  expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(["poller"]))
  expect(monitor.spec.selector).toEqual(set.spec.selector)
})

/** The modules with the published schemas of Kubernetes and the Prometheus operator: a type and a validator each. */
const schemas = {
  ConfigMap: "kubernetes-models/v1/ConfigMap",
  Service: "kubernetes-models/v1/Service",
  StatefulSet: "kubernetes-models/apps/v1/StatefulSet",
  Deployment: "kubernetes-models/apps/v1/Deployment",
  PodMonitor: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor"
}

type Kind = keyof typeof schemas

/** The error of the schema's validator. It checks types, formats and required fields, and accepts unknown fields. */
const schemaError = async (kind: Kind, object: unknown): Promise<string> => {
  const { [kind]: Model } = await import(schemas[kind])
  try {
    new Model(object).validate()
    return ""
  } catch (error) {
    return String(error)
  }
}

/** The errors of the TypeScript compiler, which refuses unknown fields. */
const typeErrors = (kind: Kind, object: unknown) => {
  const folder = temporaryFolder()
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const source = `import type { I${kind} } from "${schemas[kind]}"
export const object: I${kind} = ${JSON.stringify(object)}`
  writeFileSync(join(folder, "object.ts"), source)
  const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext"]
  const { stdout } = spawnSync("tsc", [...flags, "object.ts"], { cwd: folder, encoding: "utf8" })
  return Array.from(stdout.matchAll(/error \S+: (.*)/g), ([, message]) => message)
}

test.each(objects.map((object) => [object.kind as Kind, object] as const))(
  "the %s matches its schema, and has no unknown field",
  async (kind, object) => {
    expect(await schemaError(kind, object)).toBe("")
    expect(typeErrors(kind, object)).toEqual([])
  }
)

/** The StatefulSet with a changed container. */
const changed = (fields: object) => {
  const { template } = set.spec
  const containers = [{ ...container, ...fields }]
  return { ...set, spec: { ...set.spec, template: { ...template, spec: { ...template.spec, containers } } } }
}

test("an unknown field is found", () => {
  expect(typeErrors("StatefulSet", changed({ livenesProbe: {} }))).toEqual([
    expect.stringMatching(/livenesProbe.* does not exist/)
  ])
})

test("a value with a wrong type is found", async () => {
  expect(await schemaError("StatefulSet", changed({ image: 5 }))).toMatch("/containers/0/image must be string")
  const endpoint = { ...monitor.spec.podMetricsEndpoints[0], honorLabels: "yes" }
  const spec = { ...monitor.spec, podMetricsEndpoints: [endpoint] }
  expect(await schemaError("PodMonitor", { ...monitor, spec })).toMatch("/honorLabels must be boolean")
})

test("the PodMonitor scrapes the port of the container, and keeps the labels of the series", () => {
  expect(monitor.spec.podMetricsEndpoints).toEqual([
    { port: container.ports[0].name, path: "/metrics", honorLabels: true }
  ])
})

test("the image has the version of package.json", () => {
  expect(container.image).toBe(`poller:${pkg.version}`)
})

test("a pod's ordinal is its shard, and there are as many shards as pods", () => {
  const env = new Map(container.env.map((entry: { name: string }) => [entry.name, entry]))
  expect(env.get("POLLER_SHARD")).toMatchObject({
    valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } }
  })
  expect(env.get("POLLER_TOTAL_SHARDS")).toMatchObject({ value: String(set.spec.replicas) })
})

test("the cluster has the same objects, but a Deployment whose pods share the targets through a database", async () => {
  const [itsConfig, itsService, deployment, itsMonitor] = objectsIn("cluster.yaml")
  expect([itsConfig, itsService, itsMonitor]).toEqual([config, service, monitor])
  expect(await schemaError("Deployment", deployment)).toBe("")
  expect(typeErrors("Deployment", deployment)).toEqual([])
  const { kind, spec } = deployment
  expect({ kind, replicas: spec.replicas }).toEqual({ kind: "Deployment", replicas: 2 })
  const [its] = spec.template.spec.containers
  expect({ ...its, env: undefined }).toEqual({ ...container, env: undefined })
  const flags = its.env.map(({ name }: { name: string }) => name).filter((name: string) => name.startsWith("POLLER_"))
  expect(flags).toEqual(["POLLER_CLUSTER", "POLLER_CLUSTER_PASSWORD_FILE", "POLLER_CLUSTER_ADDRESS"])
  // Kubernetes replaces $(NAME) only if the variable is defined before
  const names = its.env.map(({ name }: { name: string }) => name)
  expect(names.indexOf("POD_IP")).toBeLessThan(names.indexOf("POLLER_CLUSTER_ADDRESS"))
})

test("the container runs without root, capabilities or a writable file system", () => {
  expect(set.spec.template.spec.securityContext.runAsNonRoot).toBe(true)
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] }
  })
})

test("its configuration has no problems or warnings", () => {
  const { problems, warnings } = load(config.data["poller.yml"])
  expect(lines([...problems, ...warnings])).toEqual([])
})
