/** The same demand on the books: the whole simulated connector, watched from the sender's side. */
import { accountIdOf } from '../../src/core/values/account.ts'
import type { Payment } from '../world/payments.ts'
import type { Population } from '../world/population.ts'
import { runWorld } from '../world/world.ts'
import type { Demand } from './demand.ts'
import { type Counted, nothingCounted } from './figures.ts'

/** An invariant that breaks is a bug, and is thrown. */
export function runBooks({ plan, subject }: Demand, seed: number): Counted {
  const counted = nothingCounted(subject.openingBalance)
  let balance = (): bigint => subject.openingBalance
  const built = ({ connectors }: Population): void => {
    const store = connectors.get(subject.at[0] ?? '')?.store
    const id = accountIdOf(`user ${subject.name}`, subject.parallelism)
    if (store !== undefined) balance = () => store.balanceOf(id)
  }
  const ended = ({ facts }: Payment, outcome: string): void => {
    const now = balance()
    if (now < counted.lowest) counted.lowest = now
    if (facts.sender !== subject.name) return
    counted.payments++
    if (outcome === 'fulfilled') {
      counted.fulfilled++
      counted.volume += facts.amount
    } else if (now >= facts.amount) counted.falseRejects++
  }
  const { storeCommands, invariants } = runWorld(plan, seed, { built, ended })
  if (invariants.violation !== undefined) throw new Error(`${invariants.violation.invariant}: ${invariants.violation.what}`)
  counted.commands = Object.values(storeCommands).reduce((sum, each) => sum + each, 0)
  return counted
}
