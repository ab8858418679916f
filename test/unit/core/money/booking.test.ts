import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import type { Operation } from '../../../../src/core/money/operation.ts'
import type { Account, ThreadId, Unit } from '../../../../src/core/values/account.ts'
import { type Amount, amount, MAX_TOTAL } from '../../../../src/core/values/amount.ts'
import { account, changesIn, type OneThread, ofType, oneThread, type Setting, severalThreads } from '../../../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 2 })
const alone = account('alone')
const bob = account('bob')
const accounts = [alice, alone, bob]
const setting: Setting = { accounts, threads: 4, routes: { 'test.far': [bob] }, opening: { alice: 1_000n, alone: 1_000n } }

const operation = (t: OneThread, direction: Operation['direction'], sum: bigint, more: Partial<Operation> & { readonly of?: Account } = {}): Operation => {
  const { of = alice, ...rest } = more
  return { id: 'op', account: of.id, direction, amount: amount(sum), expiresAt: t.now + 60_000, ...rest }
}
const ask = (t: OneThread, what: Operation) => t.hear({ type: 'moneyAsked', request: ++t.request, operation: what })
const words = (effects: readonly Effect[]) =>
  ofType(effects, 'answerMoney').map(({ reply }) => (reply.type === 'moved' ? 'moved' : reply.type === 'declined' ? reply.why : reply.status))
const balance = ({ store }: OneThread, of = alice) => store.balanceOf(of.id)
const four = (more: Partial<Setting> = {}) => severalThreads(4, { ...setting, ...more }) as [OneThread, OneThread, OneThread, OneThread]
const held = ({ store }: OneThread, thread: ThreadId, of = alone) => store.books.get(thread)?.entries.get(of.id)?.hot ?? 0n

describe('a deposit', () => {
  test('at a thread that serves the account → hot, and told when it is durable', () => {
    const t0 = oneThread({ ...setting, holds: ['commit'] })
    const effects = ask(t0, operation(t0, 'deposit', 50n, { of: alone }))
    expect(changesIn(effects)).toMatchObject([{ type: 'unconditional', direction: 'deposit', amount: 50n, pocket: 'hot', reply: { type: 'moved' } }])
    expect(words(effects)).toEqual([])
    const [commit] = ofType(effects, 'commit')
    expect(words(t0.release(commit as Effect))).toEqual(['moved'])
    expect(balance(t0, alone)).toBe(1_050n)
  })

  test('at a thread that does not → given, and cold at once', () => {
    const t3 = four()[3]
    expect(changesIn(ask(t3, operation(t3, 'deposit', 50n)))).toMatchObject([{ type: 'unconditional', pocket: 'given' }])
    expect(t3.store.shards.get(alice.id)?.cold).toBe(1_050n)
  })

  test('asked again here, at another thread, and after a crash → the same answer, moved once', () => {
    const [t0, t1] = four()
    const once = operation(t0, 'deposit', 50n)
    expect(words(ask(t0, once))).toEqual(['moved'])
    expect(words(ask(t0, once))).toEqual(['moved'])
    expect(words(ask(t1, once))).toEqual(['moved'])
    t0.crash()
    expect(words(ask(t1, once))).toEqual([])
    t0.restart()
    expect(words(t1.news())).toEqual(['moved', 'moved'])
    expect(balance(t0)).toBe(1_050n)
  })

  test('a colleague asks for it, and by now the store says that a third owns it → passed on, moved once, both are told (B12)', () => {
    const [t0, t1, t2] = four({ holds: ['own'] })
    const once = operation(t0, 'deposit', 50n)
    const own = ofType(ask(t0, once), 'own')[0] as Extract<Effect, { type: 'own' }>
    t0.store.own('t0', own, t0.now)
    t1.release(ofType(ask(t1, once), 'own')[0] as Effect)
    t0.store.shards.get(alice.id)?.owned.delete(own.requestId)
    t0.store.own('t2', own, t0.now)
    t0.release(own)
    t2.news()
    expect([words(t0.news()), words(t1.news())]).toEqual([['moved'], ['moved']])
    expect(balance(t0)).toBe(1_050n)
  })

  test('the owner of the id died before its commit → whoever asks again gets it done', () => {
    const [t0, t1] = four({ holds: ['commit'] })
    const once = operation(t0, 'deposit', 50n)
    ask(t0, once)
    t0.crash()
    t0.world.held.clear()
    ask(t1, once)
    t0.restart()
    expect(words(t1.news())).toEqual(['moved'])
    expect(balance(t0)).toBe(1_050n)
  })

  test('the connection of whoever asked the owner broke, and the store lost the question → asked anew, moved once', () => {
    const [t0, t1] = four()
    const once = operation(t0, 'deposit', 50n)
    ask(t0, once)
    t0.crash()
    ask(t1, once)
    t0.store.books.get('t0')?.left.clear()
    t1.disconnect()
    t1.reconnect()
    t1.world.pass(1_000)
    t0.restart()
    expect(words(t1.news())).toEqual(['moved'])
    expect(balance(t0)).toBe(1_050n)
  })

  test('another content under its id → 409, at its owner and elsewhere', () => {
    const [t0, t1] = four()
    ask(t0, operation(t0, 'deposit', 50n))
    expect(words(ask(t0, operation(t0, 'deposit', 51n)))).toEqual([409])
    expect(words(ask(t1, operation(t1, 'withdrawal', 50n)))).toEqual([409])
    expect(balance(t0)).toBe(1_050n)
  })

  test('both contents before the store has said whose is first → one moved, one 409', () => {
    const t0 = oneThread({ ...setting, holds: ['own'] })
    const [own] = ofType(ask(t0, operation(t0, 'deposit', 50n)), 'own')
    ask(t0, operation(t0, 'deposit', 51n))
    t0.world.held.clear()
    expect(words(t0.release(own as Effect)).sort()).toEqual([409, 'moved'])
  })

  test('an id that came after its expiry → expired; after its retention → 410; its answer is dropped', () => {
    const t0 = oneThread(setting)
    const once = operation(t0, 'deposit', 50n, { expiresAt: t0.now + 1_000 })
    const late = operation(t0, 'deposit', 50n, { id: 'late', expiresAt: t0.now + 1_000 })
    ask(t0, once)
    t0.pass(1_000)
    expect(words(ask(t0, late))).toEqual(['expired'])
    t0.pass(60_000)
    expect(words(ask(t0, once))).toEqual([410])
    ask(t0, operation(t0, 'deposit', 1n, { id: 'next' }))
    expect(t0.store.books.get('t0')?.payments.size).toBe(1)
  })

  test.each([
    ['an account that is not there', { account: bob.id.replace(/.$/, 'x') as typeof bob.id }, 404],
    ['nothing', { amount: amount(0n) }, 400],
    ['an answer to be kept for more than 7 days', { expiresAt: Number.MAX_SAFE_INTEGER }, 400],
  ])('%s → refused before the id is owned', (_, more, status) => {
    const t0 = oneThread(setting)
    const effects = ask(t0, operation(t0, 'deposit', 5n, more))
    expect(words(effects)).toEqual([status])
    expect(ofType(effects, 'own')).toEqual([])
  })

  test('a thread that does not serve yet → 503', () => {
    const t0 = oneThread({ ...setting, unstarted: true })
    expect(words(ask(t0, operation(t0, 'deposit', 5n)))).toEqual([503])
  })

  test('the connection broke while the id was owned → owned again, moved once', () => {
    const t0 = oneThread({ ...setting, holds: ['own'] })
    ask(t0, operation(t0, 'deposit', 50n))
    t0.disconnect()
    t0.world.held.clear()
    expect(words(t0.reconnect())).toEqual(['moved'])
  })
})

describe('R6: what may enter', () => {
  const share = (MAX_TOTAL - 1n) / 64n
  const opened: ReadonlyMap<Unit, Amount> = new Map([['USD', amount(640n)]])

  test('up to the share of this book → moved; one more → tooMuch; what left makes room', () => {
    const t0 = oneThread(setting)
    expect(words(ask(t0, operation(t0, 'deposit', share, { id: '1' })))).toEqual(['moved'])
    expect(words(ask(t0, operation(t0, 'deposit', 1n, { id: '2' })))).toEqual(['tooMuch'])
    expect(words(ask(t0, operation(t0, 'deposit', 1n, { id: '2' })))).toEqual(['tooMuch'])
    expect(words(ask(t0, operation(t0, 'withdrawal', 1n, { id: '3' })))).toEqual(['moved'])
    expect(words(ask(t0, operation(t0, 'deposit', 1n, { id: '4' })))).toEqual(['moved'])
  })

  test('opening balances, credit limits and the position limit take their part', () => {
    const limited = [account('alice', { parallelism: 2, creditLimit: amount(64n) }), bob]
    const t0 = oneThread({ ...setting, accounts: limited, opened, positionLimits: new Map([['USD', amount(64n)]]) })
    const least = (MAX_TOTAL - 1n - 640n - 128n) / 64n
    expect(words(ask(t0, operation(t0, 'deposit', least + 1n, { id: '1' })))).toEqual(['tooMuch'])
    expect(words(ask(t0, operation(t0, 'deposit', least, { id: '2' })))).toEqual(['moved'])
  })

  test('a new life knows what entered before', () => {
    const t0 = oneThread(setting)
    ask(t0, operation(t0, 'deposit', share, { id: '1' }))
    t0.restart()
    expect(words(ask(t0, operation(t0, 'deposit', 1n, { id: '2' })))).toEqual(['tooMuch'])
  })
})

describe('a withdrawal', () => {
  test('cold is enough → warmed, debited and told when it is durable, without the factor (R2)', () => {
    const t0 = oneThread(setting)
    const effects = ask(t0, operation(t0, 'withdrawal', 1_000n))
    expect(words(effects)).toEqual(['moved'])
    expect(changesIn(effects)).toMatchObject([
      { type: 'take', amount: 1_000n },
      { type: 'unconditional', direction: 'withdrawal', amount: 1_000n, pocket: 'hot' },
    ])
    expect(balance(t0)).toBe(0n)
  })

  test('the credit limit counts, and not one unit more', () => {
    const rich = account('alice', { parallelism: 2, creditLimit: amount(100n) })
    const t0 = oneThread({ ...setting, accounts: [rich, bob] })
    ask(t0, operation(t0, 'withdrawal', 1_101n, { id: '1' }))
    expect(words(t0.pass(6_000))).toEqual(['insufficient'])
    expect(words(ask(t0, operation(t0, 'withdrawal', 1_100n, { id: '2' })))).toEqual(['moved'])
    expect(balance(t0)).toBe(-100n)
  })

  test('another thread holds it and nothing would make it cool → recalled, and paid', () => {
    const [t0, t1] = four()
    t0.prepare({ from: alone, amount: 10n })
    expect(held(t0, 't0')).toBe(990n)
    ask(t1, operation(t1, 'withdrawal', 990n, { of: alone }))
    expect(words(t1.pass(200))).toEqual(['moved'])
    expect(held(t0, 't0')).toBe(0n)
  })

  test('it does not suffice → told so within 5 s, and what was warmed goes back', () => {
    const t3 = four()[3]
    ask(t3, operation(t3, 'withdrawal', 1_001n))
    expect(held(t3, 't3', alice)).toBe(1_000n)
    expect(words(t3.pass(5_100))).toEqual(['insufficient'])
    expect(held(t3, 't3', alice)).toBe(0n)
    expect(t3.store.shards.get(alice.id)?.cold).toBe(1_000n)
  })

  test('two at once, enough for one → the first that hot suffices for', () => {
    const t0 = oneThread(setting)
    ask(t0, operation(t0, 'withdrawal', 1_001n, { id: '1' }))
    expect(words(ask(t0, operation(t0, 'withdrawal', 600n, { id: '2' })))).toEqual(['moved'])
    expect(words(t0.pass(6_000))).toEqual(['insufficient'])
  })

  test('its thread dies while it gathers → asked again under its id at another thread, paid once', () => {
    const [t0, t1] = four({ holds: ['warm'] })
    const once = operation(t0, 'withdrawal', 700n)
    ask(t0, once)
    t0.crash()
    t0.world.held.clear()
    ask(t1, once)
    t0.restart()
    t0.pass(1_000)
    expect(words(t1.news())).toEqual(['moved'])
    expect(balance(t0)).toBe(300n)
  })
})
