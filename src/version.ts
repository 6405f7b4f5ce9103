import pkg from "../package.json" with { type: "json" }

/** Set by the bundler. */
declare const POLLER_COMMIT: string | undefined

export const version: string = pkg.version

/** The line of --version: version, commit if it is known, and the version of Node. */
export const longVersion = (): string => {
  const commit = typeof POLLER_COMMIT === "string" && POLLER_COMMIT !== "" ? `commit ${POLLER_COMMIT}, ` : ""
  return `poller ${version} (${commit}Node ${process.versions.node})`
}
