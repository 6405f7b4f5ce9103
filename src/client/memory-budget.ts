import { totalmem } from "node:os"

/** Bytes. Smaller bodies are not counted: the number of concurrent polls limits them. */
const free = 1_000_000

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
 * Limits the memory of all concurrent bodies. A body that needs more than is left waits for the release of another one.
 * If all of them wait, none would ever be released, so the last one is rejected.
 */
export class MemoryBudget {
  readonly total: number
  readonly #accounts = new Set<Account>()
  #waiting: Array<Waiting> = []
  #left: number
  /** Releases a body whose poll was interrupted at the moment it was complete. */
  readonly #dropped = new FinalizationRegistry<Account>((account) => account.release())

  constructor(total: number) {
    this.total = total
    this.#left = total
  }

  open(): Account {
    return new Account(this)
  }

  /** Whether the account may take this many more bytes. */
  take(account: Account, bytes: number): boolean {
    const charge = Math.max(0, account.held + bytes - free) - Math.max(0, account.held - free)
    if (charge > this.#left) return false
    this.#left -= charge
    account.held += bytes
    if (charge > 0) this.#accounts.add(account)
    return true
  }

  /** Calls one of the two, at once or later, unless the account is released before. */
  wait(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#refuseOne()
  }

  release(account: Account): void {
    if (account.held <= free && this.#waiting.length === 0) {
      account.held = 0
      return
    }
    this.#left += Math.max(0, account.held - free)
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
    if (this.#accounts.has(account)) this.#dropped.register(body, account)
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

  /** Calls `granted` when the account may take this many more bytes, or `refused`. */
  take(bytes: number, granted: () => void, refused: (total: number) => void): void {
    if (this.#budget.take(this, bytes)) granted()
    else this.#budget.wait({ account: this, bytes, granted, refused: () => refused(this.#budget.total) })
  }

  /** Releases the memory when the body is garbage-collected, unless it was released before. */
  watch(body: Uint8Array): void {
    this.#budget.watch(body, this)
  }

  release(): void {
    this.#budget.release(this)
  }
}
