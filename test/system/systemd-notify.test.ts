import { expect, onTestFinished, test } from "vitest"
import { openReceiver } from "../host/receiver.ts"
import { Program } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const patience = { timeout: 10_000 }

const unreachable = { NOTIFY_SOCKET: "/nowhere/socket", WATCHDOG_USEC: "30000000" }

test("from start to stop, a daemon reports its state to systemd", async () => {
  const systemd = openReceiver()
  onTestFinished(systemd.close)
  await using upstream = await startUpstream(json({ depth: 7 }))
  const messages: Array<string> = []
  const heard = () => {
    messages.push(...systemd.received())
    return messages
  }
  const readies = () => heard().filter((message) => message === "READY=1").length

  const daemon = new Program(["--addr", "127.0.0.1:0", "--target", upstream.url, "--grace", "1s"], {
    env: { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: "1000000" }
  })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await expect.poll(heard, patience).toContain("STATUS=1/1 targets up")
  daemon.child.kill("SIGHUP")
  await expect.poll(readies, patience).toBe(2)
  const { stderr } = await daemon.stop()

  expect(heard().filter((message) => !/^(STATUS|WATCHDOG)=/.test(message))).toEqual([
    "READY=1",
    expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=[0-9]+$/),
    "READY=1",
    "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=1500000"
  ])
  expect(messages).toContain("WATCHDOG=1")
  expect(stderr).not.toMatch(/warning/i)
})

test("a daemon that the watchdog would kill, because no message can reach it, ends with a line that says so", async () => {
  const args = ["--addr", "127.0.0.1:0", "--target", "http://127.0.0.1:1/"]
  const { code, stderr } = await new Program(args, { env: unreachable }).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      "systemd expects a keep-alive every 30s (WatchdogSec=), and none can be sent: neither libsystemd.so.0 nor systemd-notify reaches $NOTIFY_SOCKET\n"
  })
})
