/** Candidates as a thread may see them, stale and contradictory ones included: nothing ties room to balance. */
import fc from 'fast-check'
import type { Candidate, Choice, Tally } from '../../src/core/routing/candidate.ts'
import type { AccountId } from '../../src/core/values/account.ts'
import { balance, MAX_INT64 } from '../../src/core/values/amount.ts'
import { anyAmount, liquidityCurve } from './curve.ts'

const anyBalance = fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: -MAX_INT64, max: MAX_INT64 })).map(balance)
/** Decayed, so a fraction. */
const figure = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 1000 }),
  fc.maxSafeNat().map((n) => n / 4096),
)

const tally: fc.Arbitrary<Tally> = fc.record({
  successes: figure,
  faults: figure,
  noRoom: figure,
  successAmount: figure,
  faultAmount: figure,
  noRoomAmount: figure,
})

const candidate: fc.Arbitrary<Omit<Candidate, 'account'>> = fc.record({
  balance: anyBalance,
  underWay: anyAmount(),
  capacity: fc.option(anyAmount(), { nil: undefined }),
  room: fc.option(anyBalance, { nil: undefined }),
  amount: anyAmount(),
  distance: fc.nat({ max: 9 }),
  path: fc.constant([]),
  curve: liquidityCurve,
  since: fc.nat({ max: 5 }),
  tally,
  ageMs: fc.nat({ max: 60_000 }),
})

/** In order of account id, never empty. */
export const candidates: fc.Arbitrary<readonly Candidate[]> = fc
  .array(candidate, { minLength: 1, maxLength: 6 })
  .map((rest) => rest.map((one, index) => ({ ...one, account: `account-${index}` as AccountId })))

export const choice: fc.Arbitrary<Choice> = fc.record({
  at: fc.nat(),
  draw: fc.maxSafeNat(),
})
