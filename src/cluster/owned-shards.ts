/** Another member, and the shards whose locks it has. */
export interface Holder {
  readonly locked: Iterable<number>
  /** The shards of whose targets it has polled all. */
  readonly polled: ReadonlySet<number>
}

/**
 * The shards whose targets this process polls. It polls a shard from the moment it has the lock until another member
 * has it. So no target is without polls while a lock is free: during a handover, and while the database is out of
 * reach.
 */
export class OwnedShards {
  /** Since when, in epoch milliseconds. */
  readonly owned = new Map<number, number>()
  /** Shards that have gone to another member, which has not yet polled all of their targets. */
  readonly handedOver = new Set<number>()

  /** Takes shards without a lock: the database is out of reach. */
  take(shards: Iterable<number>, now: number): void {
    for (const shard of shards) {
      if (!this.owned.has(shard)) this.owned.set(shard, now)
      this.handedOver.delete(shard)
    }
  }

  /** Takes note of the locks of this process and of all others. Returns whether anything changed. */
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
