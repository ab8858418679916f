/** That the verdict of a campaign sees what it is there to see: evidence in which all is well, and then one thing is not. */
import { expect, test } from 'vitest'
import { amount } from '../../../src/core/values/amount.ts'
import type { Told } from '../../fixtures/payer.ts'
import { prepareTo } from '../../fixtures/payer.ts'
import { fulfillOf, type Heard, rejectOf } from '../../fixtures/receiver.ts'
import type { Payment } from './load.ts'
import { type Behaviour, type NodeName, SENDERS } from './plan.ts'
import { type Evidence, type Found, judge } from './verdict.ts'

let number = 0

function payment(
  from: string,
  to: { readonly node: NodeName; readonly account: string },
  told: readonly Told['type'][],
  behaviour: Behaviour = 'fulfill',
): Payment {
  const sender = SENDERS.find((each) => each.from.account === from)
  if (sender === undefined) throw new Error(`no sender ${from}`)
  const prepare = prepareTo(`test.${to.node}.${to.account}`, { amount: 100 })
  number++
  const plan = {
    number,
    sender,
    to,
    amount: 100n,
    lifeMs: 3_000,
    behaviour,
    data: Buffer.alloc(1),
    requestId: sender.ids ? String(number) : undefined,
    twice: false,
  }
  return { plan, prepare, sentAt: prepare.expiresAt - 3_000, endedAt: prepare.expiresAt, told: told.map((type) => toldOf(type, { prepare })) }
}

function toldOf(type: Told['type'], { prepare }: Pick<Payment, 'prepare'>): Told {
  if (type === 'fulfill') return fulfillOf({ prepare })
  if (type === 'reject') return rejectOf('R00')
  return type === 'cut' ? { type, why: 'UND_ERR_SOCKET' } : { type, status: 503, message: '' }
}

function heardOf({ prepare }: Payment, about: Partial<Heard> = {}): Heard {
  const sent = { ...prepare, expiresAt: prepare.expiresAt - 1_000 }
  const at = sent.expiresAt - 500
  return {
    prepare: sent,
    path: '/ilp',
    authorization: undefined,
    requestId: undefined,
    callbackUrl: undefined,
    at,
    answer: () => {},
    answered: fulfillOf({ prepare }),
    answeredAt: at,
    isCut: false,
    ...about,
  }
}

function found(balances: Readonly<Record<string, bigint>>): Found[] {
  return Object.entries(balances).map(([name, balance]) => ({
    name,
    balance: String(balance),
    cold: String(balance),
    hot: {},
    prepared: '0',
    creditLimit: '0',
  }))
}

const known = payment('e1', { node: 'a', account: 'e2' }, ['cut', 'fulfill', 'fulfill'])
const rejected = payment('e2', { node: 'a', account: 'e1' }, ['reject'], 'hold')
const cut = payment('l1', { node: 'a', account: 'l2' }, ['cut'])
const across = payment('e2', { node: 'b', account: 'rb' }, ['fulfill'])
const drifted = payment('e2', { node: 'b', account: 'rb' }, ['cut', 'reject'])
const refused = payment('l2', { node: 'a', account: 'l1' }, ['status'])

const openings = { a: { e1: 1_000n, e2: 1_000n, l1: 1_000n, l2: 1_000n, b: 0n }, b: { a: 1_000n, rb: 0n } }
const sound: Evidence = {
  payments: [known, rejected, cut, across, drifted, refused],
  heard: [heardOf(known), heardOf(rejected, { answered: undefined, answeredAt: undefined }), heardOf(cut), heardOf(across), heardOf(drifted)],
  openings,
  // The cut one was booked; b was charged for the one that drifted.
  found: { a: found({ e1: 900n, e2: 1_000n, l1: 900n, l2: 1_100n, b: 100n }), b: found({ a: 800n, rb: 200n }) },
  faults: true,
}

function balances(a: Readonly<Record<string, bigint>>, b: Readonly<Record<string, bigint>> = {}): Evidence {
  return {
    ...sound,
    found: { a: found({ e1: 900n, e2: 1_000n, l1: 900n, l2: 1_100n, b: 100n, ...a }), b: found({ a: 800n, rb: 200n, ...b }) },
  }
}

function told(payment: Payment, answers: readonly Told[]): Evidence {
  return { ...sound, payments: sound.payments.map((each) => (each === payment ? { ...each, told: [...answers] } : each)) }
}

function heard(payment: Payment, about: Partial<Heard>): Evidence {
  return { ...sound, heard: sound.heard.map((each) => (each.prepare.condition === payment.prepare.condition ? { ...each, ...about } : each)) }
}

test('books as they were told → no mismatch; what was open at a fault is counted', () => {
  const { mismatches, lost, drift, unknown } = judge(sound)
  expect(mismatches).toEqual([])
  expect([lost.map(({ payment }) => payment.plan.number), drift, unknown]).toEqual([[cut.plan.number, drifted.plan.number], 100n, 1])
})

test('the cut one was refunded instead → no mismatch either', () => {
  expect(judge(balances({ l1: 1_000n, l2: 1_000n })).mismatches).toEqual([])
})

test.each<[string, Evidence, RegExp]>([
  ['a balance under ids is off by one', balances({ e1: 899n, e2: 1_001n }), /account e1: the balance is 899; told was 900/],
  ['a cut payment was charged twice', balances({ l1: 800n, l2: 1_200n }), /account l1: the balance is 800; told was 900 to 1000/],
  ['money came from nowhere', balances({ l2: 1_101n }), /the balances come to 4001, 4000 were opened/],
  ['the second node credited what it did not charge', balances({}, { a: 801n, rb: 200n }), /node b: the balances come to 1001/],
  ['the second node did not book what was told fulfilled', balances({}, { a: 1_000n, rb: 0n }), /account a: the balance is 1000; told was 800 to 900/],
  ['a fulfillment and a reject for one id', told(known, [toldOf('fulfill', known), toldOf('reject', known)]), /answered in more than one way/],
  ['two rejects that differ', told(rejected, [rejectOf('R00'), rejectOf('T00')]), /answered in more than one way/],
  ['a fulfillment of something else', told(known, [toldOf('fulfill', across)]), /a fulfillment of something else/],
  ['fulfilled, and the receiver was never asked', { ...sound, heard: sound.heard.slice(1) }, /not by its receiver in time/],
  ['fulfilled, and the receiver rejected', heard(known, { answered: rejectOf('F99') }), /not by its receiver in time/],
  ['fulfilled, and the receiver was late', heard(known, { answeredAt: known.prepare.expiresAt - 499 }), /not by its receiver in time/],
  ['the receiver was asked twice', { ...sound, heard: [...sound.heard, heardOf(known)] }, /the receiver was asked 2 times/],
  ['the receiver was sent more', heard(known, { prepare: { ...heardOf(known).prepare, amount: amount(101n) } }), /was sent another prepare/],
  ['an id that was never answered', told(rejected, [toldOf('cut', rejected)]), /never answered/],
  ['no end to the waiting', told(cut, [{ type: 'cut', why: 'AbortError' }]), /no answer came to the end, and no cut/],
  ['fulfilled in time, told otherwise, and nothing was killed', { ...sound, faults: false }, /fulfilled in time, rejected, and there was no fault/],
  ['cold below the credit limit', { ...sound, found: { ...sound.found, b: sound.found.b.map((each) => ({ ...each, cold: '-1' })) } }, /cold is -1/],
  ['a negative hot', { ...sound, found: { ...sound.found, b: sound.found.b.map((each) => ({ ...each, hot: { t0: '-1' } })) } }, /hot of t0 is -1/],
  ['still prepared', { ...sound, found: { ...sound.found, b: sound.found.b.map((each) => ({ ...each, prepared: '7' })) } }, /7 is still prepared/],
])('%s → a mismatch', (_, evidence, words) => {
  expect(judge(evidence).mismatches.join('\n')).toMatch(words)
})

test('a credited b although b charged nothing → the line drifted below 0', () => {
  const { mismatches } = judge(balances({ e2: 900n, b: 200n }, { a: 900n, rb: 100n }))
  expect(mismatches.join('\n')).toMatch(/the line drifted by -100; between 0 and 100 was open/)
})
