/** R3 and R5 for one connector, from the store's writes alone. */
import type { Account, AccountId, Unit } from '../../src/core/values/account.ts'
import { type Balance, MAX_TOTAL } from '../../src/core/values/amount.ts'
import type { Place } from './books.ts'
import { type Checked, InvariantBroken } from './violation.ts'

/** What is money in sight (+), and what says that it has left this place for another (-). */
const SIGN: Readonly<Record<Place, 1 | -1>> = { cold: 1, granted: 1, returned: -1, hot: 1, taken: -1, given: 1, underWay: 1, position: 1 }

export interface Undone {
  granted: bigint
  given: bigint
}

interface Sum {
  readonly unit: Unit
  seen: bigint
  entered: bigint
}

export class MoneyCheck {
  readonly #checked: Checked
  readonly #connector: string
  readonly #undone = new Map<AccountId, Undone>()
  /** One for each unit: few. */
  readonly #sums: Sum[] = []

  constructor(connector: string, checked: Checked) {
    this.#connector = connector
    this.#checked = checked
  }

  /** R6: never too much for a sum to be exact. */
  entered(unit: Unit, amount: Balance): void {
    const sum = this.#sum(unit)
    sum.entered += amount
    this.#checked.R6++
    if (sum.entered >= MAX_TOTAL) throw new InvariantBroken('R6', `${sum.entered} ${unit} entered ${this.#connector}`, [])
  }

  wrote(place: Place, unit: Unit, account: Account | undefined, before: Balance, after: Balance): void {
    const sum = this.#sum(unit)
    sum.seen += SIGN[place] === 1 ? after - before : before - after
    if ((place === 'granted' || place === 'given') && after < before && account !== undefined) this.undoneOf(account.id)[place] += before - after
    if (place === 'cold') this.#floor(account, place, after, -(account?.creditLimit ?? 0n) - this.#undoneGrants(account))
    else if (place === 'hot') this.#floor(account, place, after, 0n)
  }

  /** Running totals only grow, but in a store that came back without its last writes: by so much they fell in all. */
  undoneOf(account: AccountId): Undone {
    let undone = this.#undone.get(account)
    if (undone === undefined) {
      undone = { granted: 0n, given: 0n }
      this.#undone.set(account, undone)
    }
    return undone
  }

  #undoneGrants(account: Account | undefined): bigint {
    return account === undefined || this.#undone.size === 0 ? 0n : (this.#undone.get(account.id)?.granted ?? 0n)
  }

  /** R3: cold >= -creditLimit, hot >= 0. What a shard forgot that it granted, cold pays beyond that (B6). */
  #floor(account: Account | undefined, place: Place, value: bigint, floor: bigint): void {
    this.#checked.R3++
    if (value >= floor) return
    const name = account?.name ?? '?'
    throw new InvariantBroken('R3', `${place} of ${name} at ${this.#connector} fell to ${value}, its floor is ${floor}`, [name])
  }

  /** R5: after each command the sum of all that is in sight is what entered. */
  applied(): void {
    this.#checked.R5++
    for (const { unit, seen, entered } of this.#sums) {
      if (seen === entered) continue
      throw new InvariantBroken('R5', `${this.#connector} holds ${seen} ${unit}, but ${entered} entered`, [])
    }
  }

  #sum(unit: Unit): Sum {
    for (const sum of this.#sums) if (sum.unit === unit) return sum
    const sum: Sum = { unit, seen: 0n, entered: 0n }
    this.#sums.push(sum)
    return sum
  }
}
