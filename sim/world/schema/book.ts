/** What a thread does to its book, and what threads leave each other there. */
import { z } from 'zod'
import type { Change } from '../../../src/core/book/change.ts'
import type { LeftMessage } from '../../../src/core/book/message.ts'
import { moneyAnswer, moneyReply, operation } from './money.ts'
import { describes, named } from './shape.ts'
import {
  accountId,
  address,
  amount,
  answer,
  condition,
  contentHash,
  count,
  data,
  fulfill,
  messageId,
  ms,
  paymentId,
  prefix,
  prepare,
  reject,
  reply,
  requestId,
  threadId,
  unit,
} from './values.ts'

export const request = z.strictObject({ id: requestId, hash: contentHash }).describe('Where the prepare came with an id (B4).')
const counted = named(
  'Counted',
  'How an attempt ended, for the record of its receiver (A2).',
  z.strictObject({ route: prefix, account: accountId, outcome: z.enum(['success', 'fault', 'noRoom']), amount }),
)
export const unresolved = named(
  'Unresolved',
  'An attempt that ended without an answer: its receiver may have been charged (S2).',
  z.strictObject({ account: accountId, amount }),
)
const pocket = named(
  'Pocket',
  'hot: of this thread. given: straight on its way to cold, where this thread does not serve the account (B7).',
  z.enum(['hot', 'given']),
)
const keepUntil = ms.describe('The answer is told again until then. Left out: the payment came without an id.')

const instead = named(
  'Instead',
  'Done instead, where a fulfillment of the attempt that ends was left in the book: a credit (B8). late: of a refund, the sender has its money back all the same, and position pays.',
  z.strictObject({ pocket, counted, late: z.boolean(), keepUntil: z.exactOptional(keepUntil) }),
)

/** Where a payment goes now. */
const attemptFields = {
  route: prefix.describe('The announced route that was followed.'),
  receiver: accountId,
  outgoingUnit: unit,
  outgoingAmount: amount,
  outgoingExpiry: ms,
  attempt: count.describe('1, 2, …'),
  data: z.exactOptional(data.describe('Of the packet, where its receiver deduplicates: it may be sent again.')),
}

export const record = named(
  'PaymentRecord',
  'A payment under way: incoming is what the sender is charged, outgoing what the receiver is to be credited.',
  z.strictObject({
    payment: paymentId,
    sender: accountId,
    incomingUnit: unit,
    incomingAmount: amount,
    incomingExpiry: ms,
    condition,
    destination: address,
    ...attemptFields,
    request: z.exactOptional(request),
  }),
)

const changes = {
  take: named('take', 'Granted money arrives: hot + amount, taken + amount.', z.strictObject({ type: z.literal('take'), account: accountId, amount })),
  give: named(
    'give',
    'Hot goes back on its way to cold: hot - amount, given + amount.',
    z.strictObject({ type: z.literal('give'), account: accountId, amount }),
  ),
  charge: named(
    'charge',
    "A payment begins: the sender's hot - incomingAmount, under way + incomingAmount (in incomingUnit).",
    z.strictObject({ type: z.literal('charge'), record }),
  ),
  reroute: named(
    'reroute',
    'The next receiver is tried. Moves no money: the record has a new receiver, outgoing amount and expiry, and attempt.',
    z.strictObject({
      type: z.literal('reroute'),
      payment: paymentId,
      ...attemptFields,
      counted: z.exactOptional(counted),
      unresolved: z.exactOptional(unresolved),
      instead: z.exactOptional(instead),
    }),
  ),
  credit: named(
    'credit',
    "Fulfilled: under way - the record's incomingAmount, the receiver's pocket + its outgoingAmount, position[incomingUnit] + incomingAmount, position[outgoingUnit] - outgoingAmount.",
    z.strictObject({
      type: z.literal('credit'),
      payment: paymentId,
      pocket,
      reply,
      counted,
      refunds: z
        .exactOptional(pocket)
        .describe("After its own incoming expiry: the sender's pocket + incomingAmount, and nothing to position[incomingUnit] (B8)."),
      keepUntil: z.exactOptional(keepUntil),
    }),
  ),
  refund: named(
    'refund',
    "Failed: under way - the record's incomingAmount, the sender's pocket + the same.",
    z.strictObject({
      type: z.literal('refund'),
      payment: paymentId,
      pocket,
      reply,
      counted: z.exactOptional(counted),
      unresolved: z.exactOptional(unresolved),
      instead: z.exactOptional(instead),
      keepUntil: z.exactOptional(keepUntil),
    }),
  ),
  reject: named(
    'reject',
    'A prepare with an id was rejected before any charge. Moves no money.',
    z.strictObject({ type: z.literal('reject'), payment: paymentId, sender: accountId, request, reply, keepUntil }),
  ),
  unconditional: named(
    'unconditional',
    'An operation of the ledger. Where the reply is moved, a deposit adds amount to pocket and to entered[unit]; a withdrawal takes it from hot and from entered[unit].',
    z.strictObject({
      type: z.literal('unconditional'),
      payment: paymentId.describe('Under which the answer is kept.'),
      account: accountId,
      unit,
      direction: z.enum(['deposit', 'withdrawal']),
      amount,
      pocket,
      request,
      reply: moneyReply,
      keepUntil: ms.describe('The answer is told again until then.'),
    }),
  ),
  consumed: named('consumed', 'A left message was handled, and goes. Moves no money.', z.strictObject({ type: z.literal('consumed'), message: messageId })),
  dropped: named('dropped', 'A settled payment is forgotten. Moves no money.', z.strictObject({ type: z.literal('dropped'), payment: paymentId })),
} satisfies Record<Change['type'], z.ZodType>

export const change = z.discriminatedUnion('type', [
  changes.take,
  changes.give,
  changes.charge,
  changes.reroute,
  changes.credit,
  changes.refund,
  changes.reject,
  changes.unconditional,
  changes.consumed,
  changes.dropped,
])

const askedAgain = named(
  'AskedAgain',
  "A prepare came under an id that another thread owns: left in the owner's book.",
  z.strictObject({
    type: z.literal('askedAgain'),
    message: messageId,
    from: threadId,
    account: accountId,
    requestId,
    hash: contentHash,
    prepare,
  }),
)
const answered = named(
  'Answered',
  "The owner's answer to it: left in the asker's book.",
  z.strictObject({
    type: z.literal('answered'),
    message: messageId,
    answers: messageId.describe('The message that asked.'),
    reply: answer,
  }),
)
const recall = named(
  'Recall',
  'Give back all that you hold of this account (B10).',
  z.strictObject({ type: z.literal('recall'), message: messageId, account: accountId }),
)
const operationAsked = named(
  'OperationAsked',
  "An operation whose id another thread owns: left in the owner's book.",
  z.strictObject({ type: z.literal('operationAsked'), message: messageId, from: threadId, operation }),
)
const operationAnswered = named(
  'OperationAnswered',
  "The owner's answer to it: left in the asker's book.",
  z.strictObject({ type: z.literal('operationAnswered'), message: messageId, answers: messageId, reply: moneyAnswer }),
)
const replyThere = {
  message: messageId,
  payment: paymentId,
  attempt: count,
  from: accountId,
  at: ms.describe('When it was received, by the clock of the thread that leaves it.'),
}
const fulfilled = named(
  'Fulfilled',
  "A fulfillment that reached another thread: left in the owner's book, where it counts while that attempt is under way (B8).",
  z.strictObject({ type: z.literal('fulfilled'), ...replyThere, condition, fulfill }),
)
const rejected = named(
  'Rejected',
  "A reject that reached another thread: left in the owner's book.",
  z.strictObject({ type: z.literal('rejected'), ...replyThere, reject }),
)
export const leftMessage = z.discriminatedUnion('type', [askedAgain, answered, recall, operationAsked, operationAnswered, fulfilled, rejected])

describes<typeof change, Change>()
describes<typeof leftMessage, LeftMessage>()
