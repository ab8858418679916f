/** Money in and out without a condition. */
import { z } from 'zod'
import type { MoneyReply, Operation } from '../../../src/core/money/operation.ts'
import { describes, named } from './shape.ts'
import { accountId, amount, ms, refusal } from './values.ts'

export const operation = named(
  'Operation',
  'Money that enters or leaves, booked once under its id.',
  z.strictObject({
    id: z.string(),
    account: accountId,
    direction: z.enum(['deposit', 'withdrawal']),
    amount,
    expiresAt: ms.describe('It is not begun from then on.'),
  }),
)
const moved = z.strictObject({ type: z.literal('moved') })
const declined = z.strictObject({ type: z.literal('declined'), why: z.enum(['insufficient', 'expired', 'tooMuch']) })
export const moneyReply = z.discriminatedUnion('type', [moved, declined])
export const moneyAnswer = z.discriminatedUnion('type', [moved, declined, refusal])

describes<typeof operation, Operation>()
describes<typeof moneyReply, MoneyReply>()
