import type * as http from "node:http"

/** Puts an agent under the limit. It keeps no connection when `wanted` returns false. */
export type IdleLimit = <A extends http.Agent>(agent: A, wanted: () => boolean) => A

/**
 * Limits the idle connections of all agents together. A connection beyond the limit is closed, not the one that has
 * been idle for longest: polls are periodic, so that one is used next.
 */
export const limitIdle = (limit: number): IdleLimit => {
  let idle = 0
  const ends = () => {
    idle--
  }
  return (agent, wanted) => {
    const { keepSocketAlive, reuseSocket } = agent
    agent.keepSocketAlive = (socket) => {
      // false closes the socket, according to the documentation; the type does not have it
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

/** Closes the idle connections of an agent. */
export const closeIdle = ({ freeSockets }: http.Agent): void => {
  for (const sockets of Object.values(freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy()
  }
}
