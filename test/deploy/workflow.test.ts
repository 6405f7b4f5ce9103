import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import pkg from "../../package.json" with { type: "json" }

const root = join(import.meta.dirname, "../..")
const read = (file: string) => readFileSync(join(root, file), "utf8")
const workflow = parse(read(".github/workflows/ci.yml"))

interface Step {
  readonly run?: string
  readonly with?: { readonly path?: string }
}

test("the workflow calls .ci/run, and publishes the release that .ci/run makes", () => {
  const steps: ReadonlyArray<Step> = workflow.jobs.test.steps
  expect(steps.map(({ run }) => run)).toContain(".ci/run")
  expect(steps.at(-1)?.with?.path).toBe("dist/release")
  expect(read(".ci/run")).toContain("npm run test:release")
  expect(pkg.scripts["pretest:release"]).toContain("npm run --silent release")
})

test("the workflow runs in the image that the Dockerfile builds with", () => {
  expect(read("deploy/Dockerfile")).toContain(`FROM ${workflow.jobs.test.container.image} AS build`)
})
