/** B6, B7: no thread takes what it was not granted, no shard has back what was not given. Seen from both sides of the transit. */
import { InvariantBroken } from '../check/violation.ts'
import type { Parts } from './parts.ts'

/** `place`: of the shard or book that has changed. */
export function checkTransit(state: Int32Array, place: number, parts: Parts): void {
  const { shards, books } = parts.layout
  const changed = shards.indexOf(place)
  const thread = books.indexOf(place)
  if (changed >= 0) for (let t = 0; t < books.length; t++) check(state, changed, t, parts)
  else for (let account = 0; account < shards.length; account++) check(state, account, thread, parts)
}

function check(state: Int32Array, account: number, thread: number, { layout, store, setting }: Parts): void {
  const shard = store.view(state[layout.shards[account] as number] as number)
  const book = store.view(state[layout.books[thread] as number] as number)
  const name = setting.accounts[account]?.name ?? '?'
  const [granted, taken] = [shard.out[thread] as bigint, book.out[account] as bigint]
  if (taken > granted) throw new InvariantBroken('R3', `t${thread} has taken ${taken} of ${name}, and was granted ${granted}`, [name])
  const [returned, given] = [shard.back[thread] as bigint, book.back[account] as bigint]
  if (returned > given) throw new InvariantBroken('R3', `${returned} of ${name} came back from t${thread}, which gave ${given}`, [name])
}
