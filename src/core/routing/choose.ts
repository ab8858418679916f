/** Candidates for a destination, with what a thread knows of each: the last snapshot plus its own changes since. */
import { type Holding, ownPart, REFUSAL_MEMORY_MS } from '../book/holding.ts'
import type { Payment } from '../payment/payment.ts'
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import { type Amount, add, type Balance, balance, minus, plus, subtract, ZERO } from '../values/amount.ts'
import { nextDraw } from '../values/draw.ts'
import type { Prepare } from '../values/packet.ts'
import { convert, findRatio, ONE } from '../values/rate.ts'
import type { UnixMs } from '../values/time.ts'
import { longestPrefix } from './addressMapper.ts'
import type { Candidate, Tally } from './candidate.ts'
import { echoOf, type Onward } from './echo.ts'
import { addTally, decayed, decayFactor, NO_TALLY } from './reading.ts'
import type { Snapshot, Way } from './snapshot.ts'

export interface Chosen {
  readonly route: string
  readonly receiver: Holding
  readonly outgoingAmount: Amount
  /** Whether another candidate would be left if this one fails. */
  readonly othersLeft: boolean
}

/** An account that the payment could go through now, and what it would be sent. */
interface Open {
  readonly holding: Holding
  readonly way: Way
  readonly amount: Amount
}

/** Picks among the accounts that announced the route: never the sender, but for its own echo; never one that was tried, none without a rate. */
export function choose(state: ThreadState, { prepare, sender, tried }: Payment, at: UnixMs): Chosen | 'noRoute' | 'noRate' {
  const snapshot = state.snapshot
  const echo = onward(state, prepare)
  const found = snapshot === undefined ? undefined : longestPrefix(snapshot.mapper, echo.destination)
  if (snapshot === undefined || found === undefined) return 'noRoute'
  const open: Open[] = []
  let rateless = false
  for (const way of found.ways) {
    const account = findAccount(state, way.account)
    if (account === undefined || (account === sender.account && echo === prepare)) continue
    const holding = holdingOf(state, account)
    if (tried.includes(holding)) continue
    // An amount of 0 passes as it is, rate or no rate (R7).
    const ratio = prepare.amount === 0n ? ONE : findRatio(state.config.rates, sender.account.unit, account.unit)
    if (ratio === undefined) rateless = true
    else open.push({ holding, way, amount: convert(prepare.amount, ratio) })
  }
  if (open.length === 0) return rateless ? 'noRate' : 'noRoute'
  const picked = open.length === 1 ? open[0] : open[pick(state, snapshot, found.route, open, at)]
  if (picked === undefined) throw new Error(`policy ${state.config.policy.name} picked none of ${open.length}`)
  return { route: found.route, receiver: picked.holding, outgoingAmount: picked.amount, othersLeft: open.length > 1 }
}

/** Where a prepare is sent, and with which data: as it came, or back as an echo. */
export function onward(state: ThreadState, prepare: Prepare): Onward {
  const echo = echoOf(state.directory.address, prepare)
  return echo === undefined || echo === 'malformed' ? prepare : echo
}

function pick(state: ThreadState, snapshot: Snapshot, route: string, open: readonly Open[], at: UnixMs): number {
  const draw = state.draw
  state.draw = nextDraw(draw)
  const candidates = open.map((each) => candidateOf(state, snapshot, route, each, at))
  return state.config.policy.pick(candidates, { at, draw })
}

function candidateOf(state: ThreadState, snapshot: Snapshot, route: string, { holding, way, amount }: Open, at: UnixMs): Candidate {
  const { account } = holding
  const known = knownOf(state, snapshot, holding)
  const level = plus(known.balance, known.underWay)
  return {
    account: account.id,
    amount,
    balance: known.balance,
    underWay: known.underWay,
    capacity: account.peerLimit === undefined ? undefined : add(account.peerLimit, account.creditLimit),
    room: roomOf(holding, level, at),
    distance: way.path.length,
    path: way.path,
    curve: way.curve,
    since: way.since,
    tally: tallyOf(state, snapshot, route, holding, at),
    ageMs: at - snapshot.at,
  }
}

/** Balance and what is under way: everybody's as of the snapshot, with this thread's own part as it is now. */
function knownOf(state: ThreadState, snapshot: Snapshot, holding: Holding): { balance: Balance; underWay: Amount } {
  const view = snapshot.accounts.get(holding.account.id)
  const own = ownPart(holding)
  if (view === undefined) return { balance: own, underWay: holding.underWay }
  const then = view.parts.get(state.config.thread)
  return {
    balance: plus(minus(view.balance, then?.balance ?? ZERO), own),
    underWay: add(subtract(view.underWay, then?.underWay ?? ZERO), holding.underWay),
  }
}

/** The level is what is owed to it or under way: what its side has already charged us for. */
export function levelOf(state: ThreadState, holding: Holding): Balance {
  if (state.snapshot === undefined) return plus(ownPart(holding), holding.underWay)
  const known = knownOf(state, state.snapshot, holding)
  return plus(known.balance, known.underWay)
}

/** What the peer still lets us send: its limit less the level, and below what it refused at another level. */
function roomOf(holding: Holding, level: Balance, at: UnixMs): Balance | undefined {
  const { peerLimit } = holding.account
  const room = peerLimit === undefined ? undefined : minus(peerLimit, level)
  const refusal = holding.refusal
  if (refusal === undefined || at - refusal.at > REFUSAL_MEMORY_MS) return room
  const cap = balance(refusal.amount - 1n + refusal.level - level)
  return room === undefined || cap < room ? cap : room
}

/** What the announcer knew, at the weight it has now, and what this thread counted since. */
function tallyOf(state: ThreadState, snapshot: Snapshot, route: string, holding: Holding, at: UnixMs): Tally {
  const view = snapshot.tallies.get(route)?.get(holding.account.id)
  const now = holding.tallies?.get(route)
  if (view === undefined) return now ?? NO_TALLY
  const sum = decayed(view.tally, decayFactor(at - view.at))
  if (now !== undefined) addTally(sum, now, view.parts.get(state.config.thread) ?? NO_TALLY)
  return sum
}
