import type { ClusterMember, ClusterStatus, Owner } from "../../poll/cluster-status.ts"
import { type Content, type Html, html } from "./html.ts"
import { ago, count, time } from "./page-format.ts"
import { pathOf } from "./target-state.ts"

/** Limit of listed targets that other processes poll. A search finds the rest. */
const maxTargets = 100

const link = ({ address, url }: ClusterMember, path = "/"): Content =>
  url === "" ? address : html`<a href="${url}${path}">${address}</a>`

/** The problems of the cluster. */
export const clusterNotices = (cluster: ClusterStatus, now: number): ReadonlyArray<Content> => [
  !cluster.isConnected &&
    cluster.problem !== undefined &&
    html`<div class="notice"><p><b>The database of the cluster is out of reach</b> since ${time(cluster.since, now)} UTC; every process polls what it polled before.</p><p>${cluster.database}: ${cluster.problem}</p></div>`,
  !cluster.configurationsAgree &&
    html`<div class="notice"><p><b>The processes of the cluster have different configurations</b>: a target that its process does not know is not polled.</p>${cluster.members
      .filter(({ isAlive }) => isAlive)
      .map((member) => html`<p>${member.address}: <code>${member.configuration}</code></p>`)}</div>`,
  cluster.unownedTargets > 0 &&
    html`<div class="notice"><p><b>${count(cluster.unownedTargets, "target")} of the configuration ${cluster.unownedTargets === 1 ? "is" : "are"} polled by no process</b> of the cluster.</p></div>`
]

const row = (member: ClusterMember, now: number): Html => html`<tr>
<td>${link(member)}${member.isSelf && " (this one)"}</td>
<td>${member.isAlive ? "alive" : html`lost, last seen ${ago(member.lastSeen, now)}`}</td>
<td class="number" data-label="targets">${(member.isAlive ? member.targets : 0).toLocaleString("en-US")}</td>
<td data-label="started">${ago(member.started, now)}</td>
<td data-label="configuration"><code>${member.configuration}</code></td>
<td data-label="version">${member.version}</td>
</tr>
`

const ownerRow = (name: string, { member, since }: Owner, now: number): Html => html`<tr>
<td class="name">${member.url === "" ? name : html`<a href="${member.url}${pathOf(name)}">${name}</a>`}</td>
<td>${link(member)}</td>
<td>${ago(since, now)}</td>
</tr>
`

/** The processes of the cluster, and the targets that the others poll and whose names contain `search`. */
export const clusterSection = (cluster: ClusterStatus, now: number, search: string): Html => {
  const wanted = search.toLowerCase()
  const others = cluster
    .owners()
    .filter(({ name, owner }) => !owner.member.isSelf && name.toLowerCase().includes(wanted))
  return html`<section>
<h2>Cluster</h2>
<p class="soft">${count(cluster.members.filter(({ isAlive }) => isAlive).length, "process", "processes")} share ${count(cluster.targets, "target")} by ${cluster.database}</p>
<table><thead><tr><th scope="col">Process</th><th scope="col">State</th><th scope="col" class="number">Targets</th><th scope="col">Started</th><th scope="col">Configuration</th><th scope="col">Version</th></tr></thead>
<tbody>
${cluster.members.map((member) => row(member, now))}</tbody></table>
${
  others.length > 0 &&
  html`<details${wanted !== "" && html` open`}><summary>${count(others.length, "target")} that other processes poll</summary>
<table><thead><tr><th scope="col">Target</th><th scope="col">Process</th><th scope="col">Taken</th></tr></thead>
<tbody>
${others.slice(0, maxTargets).map(({ name, owner }) => ownerRow(name, owner, now))}</tbody></table>${others.length > maxTargets && html`<p class="soft">and ${count(others.length - maxTargets, "more", "more")}: search for a name</p>`}</details>`
}
</section>`
}

/** A line with the other process that polls a target. */
export const ownerLine = (name: string, { member, since }: Owner, now: number): Html =>
  html`<p>${link(member, pathOf(name))} polls it, since ${time(since, now)} UTC.</p>`
