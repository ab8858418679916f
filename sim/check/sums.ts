/** What the balance of each account must be, and what its holder lost or was spared when a thread or a store died. */
import type { AccountId } from '../../src/core/values/account.ts'

type Sum = Map<AccountId, bigint>

export class Sums {
  /** By what its holder entered, sent, was told and fulfilled. */
  readonly expected: Sum = new Map()
  /** What receivers fulfilled in time and were not credited, since the thread that waited for it had ended. */
  readonly lostInCrash: Sum = new Map()
  /** What receivers fulfilled in time, and were not credited since the store lost it. */
  readonly lostByStore: Sum = new Map()
  /** What senders were told to have paid, and are not charged since the store lost it. */
  readonly forgiven: Sum = new Map()

  expect(account: AccountId, change: bigint): void {
    addTo(this.expected, account, change)
  }

  lose(account: AccountId, amount: bigint): void {
    addTo(this.lostInCrash, account, amount)
    if (this.lostInCrash.get(account) === 0n) this.lostInCrash.delete(account)
  }

  loseByStore(account: AccountId, amount: bigint): void {
    addTo(this.expected, account, -amount)
    addTo(this.lostByStore, account, amount)
  }

  /** `isCharged`: it was expected to pay. */
  forgive(account: AccountId, amount: bigint, isCharged: boolean): void {
    if (isCharged) addTo(this.expected, account, amount)
    addTo(this.forgiven, account, amount)
  }
}

function addTo(sums: Sum, account: AccountId, amount: bigint): void {
  sums.set(account, (sums.get(account) ?? 0n) + amount)
}
