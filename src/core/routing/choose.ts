/** Candidates for a destination, with what a thread knows of each: the last snapshot plus its own changes since. */
import { type Holding, ownPart } from '../book/holding.ts'
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import { type Amount, add, type Balance, balance, minus, plus, subtract, ZERO } from '../values/amount.ts'
import { nextDraw } from '../values/draw.ts'
import type { UnixMs } from '../values/time.ts'
import { longestPrefix } from './addressMapper.ts'
import type { Candidate, Tally } from './candidate.ts'
import { addTally, copyTally, NO_TALLY } from './reading.ts'
import type { Snapshot, Way } from './snapshot.ts'

/** A T04 is believed for this long, or until the balance has moved past it. */
const REFUSAL_MEMORY_MS = 10_000

export interface Chosen {
  readonly route: string
  readonly receiver: Holding
  /** Whether another candidate would be left if this one fails. */
  readonly othersLeft: boolean
}

/** Picks among the accounts that announced the route; never the sender, never one that was tried. Undefined: none is left. */
export function choose(state: ThreadState, destination: string, sender: Holding, tried: readonly Holding[], amount: Amount, at: UnixMs): Chosen | undefined {
  const snapshot = state.snapshot
  if (snapshot === undefined) return undefined
  const found = longestPrefix(snapshot.mapper, destination)
  if (found === undefined) return undefined
  const holdings: Holding[] = []
  const ways: Way[] = []
  for (const way of found.ways) {
    const account = findAccount(state, way.account)
    if (account === undefined || account === sender.account) continue
    const holding = holdingOf(state, account)
    if (tried.includes(holding)) continue
    holdings.push(holding)
    ways.push(way)
  }
  if (holdings.length === 0) return undefined
  const index = holdings.length === 1 ? 0 : pick(state, viewOf(state, snapshot, found.route, holdings, ways, at), amount, at)
  const receiver = holdings[index]
  if (receiver === undefined) throw new Error(`policy ${state.config.policy.name} picked ${index} of ${holdings.length}`)
  return { route: found.route, receiver, othersLeft: holdings.length > 1 }
}

function pick(state: ThreadState, candidates: readonly Candidate[], amount: Amount, at: UnixMs): number {
  const draw = state.draw
  state.draw = nextDraw(draw)
  return state.config.policy.pick(candidates, { at, amount, draw })
}

function viewOf(state: ThreadState, snapshot: Snapshot, route: string, holdings: readonly Holding[], ways: readonly Way[], at: UnixMs): Candidate[] {
  return holdings.map((holding, i) => candidateOf(state, snapshot, route, holding, ways[i] as Way, at))
}

function candidateOf(state: ThreadState, snapshot: Snapshot, route: string, holding: Holding, way: Way, at: UnixMs): Candidate {
  const { account } = holding
  const known = knownOf(state, snapshot, holding)
  const level = plus(known.balance, known.underWay)
  return {
    account: account.id,
    balance: known.balance,
    underWay: known.underWay,
    capacity: account.peerLimit === undefined ? undefined : add(account.peerLimit, account.creditLimit),
    room: roomOf(holding, level, at),
    distance: way.path.length,
    path: way.path,
    curve: way.curve,
    since: way.since,
    tally: tallyOf(state, snapshot, route, holding),
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

function tallyOf(state: ThreadState, snapshot: Snapshot, route: string, holding: Holding): Tally {
  const view = snapshot.tallies.get(route)?.get(holding.account.id)
  const now = holding.tallies?.get(route)
  if (view === undefined) return now ?? NO_TALLY
  if (now === undefined) return view.tally
  const sum = copyTally(view.tally)
  addTally(sum, now, view.parts.get(state.config.thread) ?? NO_TALLY)
  return sum
}
