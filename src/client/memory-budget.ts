import { totalmem } from "node:os"

/** Bytes of each body that are not counted. The limit of concurrent polls bounds them. */
const uncounted = 1_000_000

/** A quarter of the memory that the process may use, in bytes. */
export const quarterOfMemory = (): number => {
  const limit = process.constrainedMemory()
  return Math.floor((limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / 4)
}

interface Waiting {
  readonly account: Account
  readonly bytes: number
  readonly granted: () => void
  readonly refused: () => void
}

/**
 * Limits the memory of all concurrent bodies. A body that needs more than is left waits until another one is released.
 * If all bodies wait, none would ever be released, so the last one fails.
 */
export class MemoryBudget {
  readonly total: number
  readonly #accounts = new Set<Account>()
  #waiting: Array<Waiting> = []
  #left: number
  /** Releases bodies that nobody else does: a poll may be interrupted at the moment its body is complete. */
  readonly #collected = new FinalizationRegistry<Account>((account) => account.release())

  constructor(total: number) {
    this.total = total
    this.#left = total
  }

  open(): Account {
    return new Account(this)
  }

  /** Takes this many more bytes for the account. False if they are not left. */
  take(account: Account, bytes: number): boolean {
    const charge = Math.max(0, account.held + bytes - uncounted) - Math.max(0, account.held - uncounted)
    if (charge > this.#left) return false
    this.#left -= charge
    account.held += bytes
    if (charge > 0) this.#accounts.add(account)
    return true
  }

  /** Calls `granted` or `refused`, now or later, unless the account is released before. */
  wait(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#refuseOne()
  }

  release(account: Account): void {
    if (account.held <= uncounted && this.#waiting.length === 0) {
      account.held = 0
      return
    }
    this.#left += Math.max(0, account.held - uncounted)
    account.held = 0
    this.#accounts.delete(account)
    this.#waiting = this.#waiting.filter((waiting) => waiting.account !== account)
    for (
      let [first] = this.#waiting;
      first !== undefined && this.take(first.account, first.bytes);
      [first] = this.#waiting
    ) {
      this.#waiting.shift()
      first.granted()
    }
    this.#refuseOne()
  }

  watch(body: Uint8Array, account: Account): void {
    if (this.#accounts.has(account)) this.#collected.register(body, account)
  }

  #refuseOne(): void {
    const waiting = new Set(this.#waiting.map(({ account }) => account))
    if ([...this.#accounts].every((account) => waiting.has(account))) this.#waiting.pop()?.refused()
  }
}

/** The memory of one body. */
export class Account {
  readonly #budget: MemoryBudget
  held = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  /**
   * Takes this many more bytes as soon as they are left, then calls `granted`. Calls `refused` if they never will be.
   */
  take(bytes: number, granted: () => void, refused: (total: number) => void): void {
    if (this.#budget.take(this, bytes)) granted()
    else this.#budget.wait({ account: this, bytes, granted, refused: () => refused(this.#budget.total) })
  }

  /** Releases the account when the body is garbage-collected. */
  watch(body: Uint8Array): void {
    this.#budget.watch(body, this)
  }

  release(): void {
    this.#budget.release(this)
  }
}
