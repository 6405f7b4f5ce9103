import { totalmem } from "node:os"

/** A body up to this size (bytes) is never counted: the polls under way are bounded, and so are these. */
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
 * Bounds the memory of all bodies under way together. A body that needs more than is left waits until another one is done with. If all
 * of them wait, none would ever be done with: then the last to ask is refused.
 */
export class MemoryBudget {
  readonly total: number
  readonly #accounts = new Set<Account>()
  #waiting: Array<Waiting> = []
  #left: number
  /** For a body that nobody released, since its poll was interrupted at the moment it was complete. */
  readonly #dropped = new FinalizationRegistry<Account>((account) => account.release())

  constructor(total: number) {
    this.total = total
    this.#left = total
  }

  open(): Account {
    return new Account(this)
  }

  /** Whether the account may hold so many bytes more. */
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

/** What one body holds. */
export class Account {
  readonly #budget: MemoryBudget
  held = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  /** Calls `granted` once the account may hold so many bytes more, or `refused`. */
  take(bytes: number, granted: () => void, refused: (total: number) => void): void {
    if (this.#budget.take(this, bytes)) granted()
    else this.#budget.wait({ account: this, bytes, granted, refused: () => refused(this.#budget.total) })
  }

  /** Releases what is held when the body is collected, if nobody does so before. */
  watch(body: Uint8Array): void {
    this.#budget.watch(body, this)
  }

  release(): void {
    this.#budget.release(this)
  }
}
