/**
 * `quiet`: when nothing more can happen, nothing is under way or in transit, nothing is hot that nobody uses, every sender
 * who still waits for a living thread was answered, each balance is what the record says, and each mirror is its book.
 */
import { InvariantBroken } from '../check/violation.ts'
import { NETWORK, RECORD } from './layout.ts'
import type { Parts } from './parts.ts'

/** What is not at rest, in words; undefined where all is. */
export function unrestIn(state: Int32Array, parts: Parts): string | undefined {
  const { layout, store, setting } = parts
  for (const [t, place] of layout.books.entries()) {
    const book = store.view(state[place] as number)
    if (book.unrest !== undefined) return book.unrest
    for (const [a, shardPlace] of layout.shards.entries()) {
      const shard = store.view(state[shardPlace] as number)
      if (shard.out[t] !== book.out[a] || shard.back[t] !== book.back[a]) return `money of ${setting.accounts[a]?.name} is in transit to or from t${t}`
    }
  }
  return waiting(state, parts)
}

function waiting(state: Int32Array, { layout, lives, words, setting, record, network }: Parts): string | undefined {
  for (let thread = 0; thread < layout.threads; thread++) {
    const epoch = words.epochs.at(lives.view(state[layout.slots[thread] as number] as number).epoch)
    const unanswered = record.at(state[RECORD] as number).findIndex(({ asks }) => asks.includes(epoch))
    if (unanswered >= 0) return `${setting.wishes[unanswered]?.name} is not answered by ${epoch}`
  }
  const waits = network.at(state[NETWORK] as number).some((number) => words.messages.at(number).type === 'heldCallback')
  if (waits) return 'a callback is not thanked for'
  return undefined
}

/** Throws where a world at rest is not as it must be. */
export function checkRest(state: Int32Array, parts: Parts): void {
  const { layout, store, lives } = parts
  for (let thread = 0; thread < layout.threads; thread++) {
    const life = lives.view(state[layout.slots[thread] as number] as number)
    const book = store.view(state[layout.books[thread] as number] as number)
    if (life.mirror !== book.mirror) throw new InvariantBroken('quiet', `t${thread} takes its book for other than it is`, [])
  }
  checkBalances(state, parts)
}

function checkBalances(state: Int32Array, { layout, store, setting, record }: Parts): void {
  const recorded = record.at(state[RECORD] as number)
  for (const [a, { id, name }] of setting.accounts.entries()) {
    let balance = store.view(state[layout.shards[a] as number] as number).balance[0] as bigint
    for (const place of layout.books) balance += store.view(state[place] as number).balance[a] as bigint
    let expected: bigint = setting.world.accounts[a]?.balance ?? 0n
    for (const [p, { from, payment }] of setting.payers.entries()) {
      const phase = recorded[p]?.phase
      if (phase === 'credited' && from === id) expected -= payment.amount
      if ((phase === 'credited' || phase === 'paidLate') && recorded[p]?.to === id) expected += payment.amount
    }
    for (const [o, { account, direction, amount }] of setting.operations.entries()) {
      if (account !== id || recorded[setting.payers.length + o]?.phase !== 'moved') continue
      expected += direction === 'deposit' ? amount : -amount
    }
    if (balance !== expected) throw new InvariantBroken('quiet', `the balance of ${name} is ${balance}, by what was fulfilled it is ${expected}`, [name])
  }
}
