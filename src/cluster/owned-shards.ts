/** Another member, and the shards whose locks it holds. */
export interface Holder {
  readonly locked: Iterable<number>
  /** The shards whose targets it has all polled. */
  readonly polled: ReadonlySet<number>
}

/**
 * The shards whose targets this process polls: from the moment it gets the lock until another member has the lock. So
 * every target is polled also while nobody holds its lock: during a handover, and while the database is out of reach.
 */
export class OwnedShards {
  /** Since when, in epoch milliseconds. */
  readonly owned = new Map<number, number>()
  /** Shards that another member has taken but not yet polled completely. */
  readonly handedOver = new Set<number>()

  /** Takes shards without their locks, while the database is out of reach. */
  take(shards: Iterable<number>, now: number): void {
    for (const shard of shards) {
      if (!this.owned.has(shard)) this.owned.set(shard, now)
      this.handedOver.delete(shard)
    }
  }

  /** Updates the locks of this process and of the other members. Returns whether anything changed. */
  update(locked: Iterable<number>, others: Iterable<Holder>, now: number): boolean {
    let isChanged = false
    const mine = new Set(locked)
    const holders = new Map<number, Holder>()
    for (const other of others) for (const shard of other.locked) holders.set(shard, other)
    for (const shard of mine) {
      if (this.owned.has(shard)) continue
      this.owned.set(shard, now)
      this.handedOver.delete(shard)
      isChanged = true
    }
    for (const shard of this.owned.keys()) {
      if (mine.has(shard) || !holders.has(shard)) continue
      this.owned.delete(shard)
      this.handedOver.add(shard)
      isChanged = true
    }
    for (const shard of this.handedOver) {
      if (holders.get(shard)?.polled.has(shard) !== true) continue
      this.handedOver.delete(shard)
      isChanged = true
    }
    return isChanged
  }
}
