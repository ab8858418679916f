/**
 * Whether the books are what was told. It knows what the senders were told and what the receiver answered, and nothing of how
 * a node works: it could judge any connector.
 */
import { matches } from '../../../src/core/values/condition.ts'
import type { Told } from '../../fixtures/payer.ts'
import type { Heard } from '../../fixtures/receiver.ts'
import type { Payment } from './load.ts'
import type { NodeName } from './plan.ts'

/** Of an account, in the end. */
export interface Found {
  readonly name: string
  readonly balance: string
  readonly cold: string
  readonly hot: Readonly<Record<string, string>>
  readonly prepared: string
  readonly creditLimit: string
}

export interface Evidence {
  readonly payments: readonly Payment[]
  readonly heard: readonly Heard[]
  readonly openings: Readonly<Record<NodeName, Readonly<Record<string, bigint>>>>
  readonly found: Readonly<Record<NodeName, readonly Found[]>>
  /** Whether something was killed: without it no fulfillment may be lost. */
  readonly faults: boolean
}

export interface Verdict {
  readonly mismatches: readonly string[]
  /** Fulfilled by the receiver in time, and its sender told otherwise or nothing: open at a fault. */
  readonly lost: readonly { readonly payment: Payment; readonly how: string }[]
  /** What b charged a and a did not credit to b, and the other way; at least 0. */
  readonly drift: bigint
  /** Payments of which nobody knows whether they were booked: cut, without an id, and fulfilled by the receiver. */
  readonly unknown: number
}

/** As its first node must have booked it. */
type End = 'fulfilled' | 'rejected' | 'refused' | 'unknown'

/** A fulfillment counts until then after the expiry (S3). */
const GRACE_MS = 500
const NODES: readonly NodeName[] = ['a', 'b']

interface Judged {
  readonly payment: Payment
  readonly end: End
  readonly heard: readonly Heard[]
  /** The receiver gave the right preimage, whenever. */
  readonly isFulfilled: boolean
}

export function judge(evidence: Evidence): Verdict {
  const byCondition = new Map<string, Heard[]>()
  for (const heard of evidence.heard) {
    const same = byCondition.get(heard.prepare.condition)
    if (same === undefined) byCondition.set(heard.prepare.condition, [heard])
    else same.push(heard)
  }
  const judged = evidence.payments.map((payment): Judged => {
    const heard = byCondition.get(payment.prepare.condition) ?? []
    return { payment, heard, end: endOf(payment), isFulfilled: heard.some(fulfills) }
  })
  const mismatches = [...judged.flatMap(wrongIn), ...NODES.flatMap((node) => wrongBooks(node, judged, evidence))]
  const lost = judged.filter(isLost).map(({ payment, end }) => ({ payment, how: end }))
  if (!evidence.faults) for (const { payment, how } of lost) mismatches.push(`${about(payment)}: fulfilled in time, ${how}, and there was no fault`)
  const drift = driftOf(evidence)
  const mostDrift = sum(judged.filter((one) => isAcross(one) && one.end !== 'fulfilled' && one.isFulfilled).map(({ payment }) => payment.plan.amount))
  if (drift < 0n || drift > mostDrift) mismatches.push(`the line drifted by ${drift}; between 0 and ${mostDrift} was open`)
  return { mismatches, lost, drift, unknown: judged.filter((one) => one.end === 'unknown' && one.isFulfilled).length }
}

function about({ plan, prepare }: Payment): string {
  const { number, sender, to, amount, behaviour, requestId } = plan
  const id = requestId === undefined ? 'without an id' : `id ${requestId}`
  return `payment ${number} (${sender.from.account} → ${to.account}, ${amount}, ${behaviour}, ${id}, ${prepare.condition})`
}

/** In few words. */
export function wordOf(told: Told): string {
  if (told.type === 'reject') return told.code
  if (told.type === 'status') return String(told.status)
  return told.type === 'cut' ? `cut ${told.why}` : told.type
}

function endOf({ told }: Payment): End {
  if (told.some(({ type }) => type === 'fulfill')) return 'fulfilled'
  if (told.some(({ type }) => type === 'reject')) return 'rejected'
  // The supervisor's port was always there: what could not connect was not sent.
  return told.every((each) => each.type === 'status' || (each.type === 'cut' && each.why === 'ECONNREFUSED')) ? 'refused' : 'unknown'
}

function fulfills({ prepare, answered }: Heard): boolean {
  return answered?.type === 'fulfill' && matches(prepare.condition, answered.fulfillment)
}

function isInTime({ prepare, answeredAt = Number.POSITIVE_INFINITY }: Heard, graceMs: number): boolean {
  return answeredAt <= prepare.expiresAt + graceMs
}

function isLost({ end, heard }: Judged): boolean {
  return end !== 'fulfilled' && heard.some((one) => fulfills(one) && isInTime(one, 0))
}

function isAcross({ payment: { plan } }: Judged): boolean {
  return plan.sender.from.node !== plan.to.node
}

/** What is wrong with one payment, whatever the books say. */
function wrongIn({ payment, heard, end }: Judged): string[] {
  const { told, plan, prepare } = payment
  const wrong: string[] = []
  const say = (what: string): void => void wrong.push(`${about(payment)}: ${what}; told ${told.map(wordOf).join(', ')}`)
  const packets = told.filter((each) => each.type === 'fulfill' || each.type === 'reject')
  if (new Set(packets.map((packet) => JSON.stringify(packet))).size > 1) say('answered in more than one way')
  if (heard.length > 1) say(`the receiver was asked ${heard.length} times`)
  if (told.some((each) => each.type === 'cut' && each.why === 'AbortError')) say('no answer came to the end, and no cut')
  if (plan.requestId !== undefined && packets.length === 0) say('never answered')
  for (const packet of packets) {
    if (packet.type === 'fulfill' && !matches(prepare.condition, packet.fulfillment)) say('a fulfillment of something else')
  }
  if (end === 'fulfilled' && !heard.some((one) => fulfills(one) && isInTime(one, GRACE_MS))) say('fulfilled, but not by its receiver in time')
  for (const one of heard) {
    if (one.prepare.amount !== prepare.amount || one.prepare.expiresAt >= prepare.expiresAt) say('the receiver was sent another prepare')
  }
  return wrong
}

/** By account: at least, and at most. */
type Bounds = Map<string, { low: bigint; high: bigint }>

function wrongBooks(node: NodeName, judged: readonly Judged[], { openings, found }: Evidence): string[] {
  const bounds: Bounds = new Map(Object.entries(openings[node]).map(([account, opening]) => [account, { low: opening, high: opening }]))
  for (const one of judged) book(bounds, node, one)
  const wrong: string[] = []
  for (const { name, balance, cold, hot, prepared, creditLimit } of found[node]) {
    const { low, high } = bounds.get(name) ?? { low: 0n, high: 0n }
    const say = (what: string): void => void wrong.push(`node ${node}, account ${name}: ${what}`)
    if (BigInt(balance) < low || BigInt(balance) > high) say(`the balance is ${balance}; told was ${low === high ? low : `${low} to ${high}`}`)
    if (prepared !== '0') say(`${prepared} is still prepared`)
    if (BigInt(cold) < -BigInt(creditLimit)) say(`cold is ${cold}`)
    for (const [thread, amount] of Object.entries(hot)) if (BigInt(amount) < 0n) say(`hot of ${thread} is ${amount}`)
  }
  const opened = sum(Object.values(openings[node]))
  const total = sum(found[node].map(({ balance }) => BigInt(balance)))
  if (total !== opened) wrong.push(`node ${node}: the balances come to ${total}, ${opened} were opened`)
  return wrong
}

/** Adds what this node booked for it, or may have. */
function book(bounds: Bounds, node: NodeName, { payment, end, isFulfilled }: Judged): void {
  const { sender, to, amount } = payment.plan
  const isFirst = sender.from.node === node
  if (!isFirst && to.node !== node) return
  const other = node === 'a' ? 'b' : 'a'
  const from = isFirst ? sender.from.account : other
  const receiver = to.node === node ? to.account : other
  const isCertain = end === 'fulfilled'
  // The second node may have booked what the first heard nothing of.
  const isPossible = isFulfilled && (end === 'unknown' || (!isFirst && end === 'rejected'))
  if (!isCertain && !isPossible) return
  move(bounds, from, -amount, isCertain)
  move(bounds, receiver, amount, isCertain)
}

function move(bounds: Bounds, account: string, amount: bigint, isCertain: boolean): void {
  const of = bounds.get(account)
  if (of === undefined) throw new Error(`there is no account ${account}`)
  if (isCertain || amount < 0n) of.low += amount
  if (isCertain || amount > 0n) of.high += amount
}

/** What each node says that the other is owed: their sum falls by what one charged and the other did not credit. */
function driftOf({ openings, found }: Evidence): bigint {
  const movement = (node: NodeName, account: string): bigint =>
    BigInt(found[node].find(({ name }) => name === account)?.balance ?? 0) - (openings[node][account] ?? 0n)
  return -(movement('a', 'b') + movement('b', 'a'))
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
