/**
 * Which line a sender with accounts at several connectors takes: blindly, in proportion to the lines' sizes, or as a policy
 * would, which here sees the connectors' books as they are (the other end's policy matters as much as one's own).
 */
import type { Candidate } from '../../src/core/routing/candidate.ts'
import { IDENTITY } from '../../src/core/routing/liquidityCurve.ts'
import { policyNamed } from '../../src/core/routing/policies.ts'
import { NO_TALLY } from '../../src/core/routing/reading.ts'
import type { AccountId } from '../../src/core/values/account.ts'
import { type Amount, add, minus, weight, ZERO } from '../../src/core/values/amount.ts'
import { unit } from '../../src/core/values/draw.ts'
import type { TrafficPlan } from '../workload/plan.ts'
import type { Connector } from './connector.ts'
import { type Context, stream } from './context.ts'
import type { Population } from './population.ts'
import type { Access, User } from './users.ts'

export type Via = (from: User, amount: Amount) => Access

export function makeVia(context: Context, population: Population, { name, via }: TrafficPlan): Via {
  const picks = stream(context, `via ${name}`)
  const policy = via.kind === 'policy' ? policyNamed(via.policy) : undefined
  return (from, amount) => {
    const { accesses } = from
    if (accesses.length === 1) return accesses[0] as Access
    const draw = picks.draw()
    if (via.kind === 'uniform') return accesses[Math.floor(unit(draw) * accesses.length)] as Access
    const candidates = accesses.map((access) => candidateOf(context, population.connectors.get(access.connector) as Connector, amount))
    const index = policy === undefined ? inProportion(candidates, unit(draw)) : policy.pick(candidates, { at: context.events.nowMs(), draw })
    return accesses[index] as Access
  }
}

/** The connector's line onward: to one whose policy is compared, where it has one. */
function candidateOf(context: Context, connector: Connector, amount: Amount): Candidate {
  const lines = context.plan.lines.filter(({ from, to }) => from === connector.name || to === connector.name)
  const far = lines.map(({ from, to }) => (from === connector.name ? to : from))
  const peer = far.find((name) => context.plan.subjects.includes(name)) ?? far[0]
  const account = [...connector.directory.accounts.values()].find((each) => each.relation === 'peer' && each.name === peer)
  const level = account === undefined ? ZERO : connector.store.balanceOf(account.id)
  const limit = account?.peerLimit ?? ZERO
  return {
    account: account?.id ?? ('' as AccountId),
    amount,
    balance: level,
    underWay: ZERO,
    capacity: account === undefined ? undefined : add(limit, account.creditLimit),
    room: account === undefined ? undefined : minus(limit, level),
    distance: 1,
    path: [connector.directory.address],
    curve: IDENTITY,
    since: 0,
    tally: NO_TALLY,
    ageMs: 0,
  }
}

function inProportion(candidates: readonly Candidate[], at: number): number {
  const sizes = candidates.map(({ capacity }) => weight(capacity ?? ZERO))
  let left = at * sizes.reduce((sum, size) => sum + size, 0)
  const index = sizes.findIndex((size) => {
    left -= size
    return left < 0
  })
  return index < 0 ? sizes.length - 1 : index
}
