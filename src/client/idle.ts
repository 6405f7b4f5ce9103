import type * as http from "node:http"

/** Puts an agent under the bound; it keeps no connection from when `wanted` says no. */
export type IdleLimit = <A extends http.Agent>(agent: A, wanted: () => boolean) => A

/**
 * At most `limit` connections of all agents together are kept for later. One too many is closed rather than the one that was idle for longest: polls come
 * round in a circle, in which that one is the next to be used.
 */
export const limitIdle = (limit: number): IdleLimit => {
  let idle = 0
  const ends = () => {
    idle--
  }
  return (agent, wanted) => {
    const { keepSocketAlive, reuseSocket } = agent
    agent.keepSocketAlive = (socket) => {
      // false closes the socket, as the documentation has it and the type has not
      const kept: unknown = wanted() && idle < limit && keepSocketAlive.call(agent, socket)
      if (kept !== true) return false
      idle++
      socket.once("close", ends)
      return true
    }
    agent.reuseSocket = (socket, request) => {
      socket.off("close", ends)
      ends()
      reuseSocket.call(agent, socket, request)
    }
    return agent
  }
}

/** Closes what an agent keeps for later. */
export const closeIdle = ({ freeSockets }: http.Agent): void => {
  for (const sockets of Object.values(freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy()
  }
}
