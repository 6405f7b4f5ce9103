import type * as http from "node:http"

/** Applies the limit to an agent. The agent keeps no connection when `wanted` returns false. */
export type IdleLimit = <A extends http.Agent>(agent: A, wanted: () => boolean) => A

/**
 * Limits the idle connections of all agents together. A new idle connection over the limit is closed. The connection
 * that has been idle for longest is kept: polls are periodic, so it is used next.
 */
export const limitIdle = (limit: number): IdleLimit => {
  let idle = 0
  const ends = () => {
    idle--
  }
  return (agent, wanted) => {
    const { keepSocketAlive, reuseSocket } = agent
    agent.keepSocketAlive = (socket) => {
      // Node's documentation: false closes the socket; the type has no result
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
