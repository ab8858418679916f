/** Everything that can happen to a thread, and everything it can ask for. */
import { z } from 'zod'
import type { Effect } from '../../../src/core/effect.ts'
import type { Input } from '../../../src/core/input.ts'
import { change, leftMessage, record, request, unresolved } from './book.ts'
import { moneyAnswer, moneyReply, operation } from './money.ts'
import { bookEntry, snapshot, tallies, tally } from './routing.ts'
import { describes, named } from './shape.ts'
import {
  account,
  accountId,
  address,
  amount,
  answer,
  balance,
  contentHash,
  count,
  draw,
  fulfill,
  messageId,
  ms,
  paymentId,
  prepare,
  reject,
  reply,
  requestId,
  threadId,
  unit,
} from './values.ts'

export const directory = z.strictObject({
  address,
  threads: count,
  accounts: z.record(accountId, account),
  farms: z.record(z.string(), z.array(threadId)).describe('By parallelism.'),
})
const epoch = z.string().describe('A unique id of this incarnation of the thread.')
const written = z.string().describe('The changes of a commit in the words of its store.')
const seq = count.describe('Commits of a book are numbered 1, 2, … without a gap (B2).')
const attempt = count.describe('1, 2, …: an answer to an old attempt is ignored.')
const term = z.exactOptional(count).describe('How often the book was closed before (B11). Left out: never.')
const requestNumber = count.describe('A concentric prepare that waits for its answer, numbered by the thread.')

export const claimReply = named(
  'BookContents',
  'The whole book, as of its last commit.',
  z.strictObject({
    isNew: z.boolean().describe('The claim opened it.'),
    term,
    seq,
    accounts: z.array(bookEntry),
    payments: z.array(
      z.strictObject({
        payment: paymentId,
        record: z.exactOptional(record).describe('Left out: a reject that moved nothing, or an operation.'),
        unresolved: z.array(unresolved),
        tombstone: z
          .exactOptional(
            z.strictObject({ sender: accountId, request: z.exactOptional(request), reply: z.union([reply, moneyReply]), keepUntil: z.exactOptional(ms) }),
          )
          .describe('The reply, once settled. Left out: under way.'),
      }),
    ),
    positions: z.record(unit, balance),
    entered: z.exactOptional(z.record(unit, balance)).describe('What entered through it less what left (R5). Left out: nothing ever did.'),
    tallies: tallies(tally),
  }),
)
export const commitReply = z.union([
  z.enum(['ok', 'already', 'fenced']).describe('already: applied before. fenced: another epoch has claimed the book. Neither changed anything.'),
  z.strictObject({ gap: count.describe('The last number that the book has: a commit before this one is missing, and nothing was changed.') }),
  named(
    'Converted',
    'Applied, now or before; these of its refunds and reroutes met a left fulfillment, and credited instead (B8). reply: what the sender is to be told.',
    z.strictObject({ converted: z.array(z.strictObject({ payment: paymentId, reply })) }),
  ),
])
export const warmReply = z.union([
  named(
    'Warmed',
    'grant went from cold to granted.',
    z.strictObject({
      granted: amount.describe('Running total of what this thread was granted, with this grant.'),
      grant: amount,
      coldBefore: balance,
    }),
  ),
  z.literal('full').describe('The running total is near its end: nothing was done (R6).'),
])
export const coolReply = z.union([
  named(
    'Cooled',
    "What `returned` lacked of the command's `given` went to cold.",
    z.strictObject({ returned: amount.describe('Running total of what this thread gave back, now.'), cold: balance.describe('After it.') }),
  ),
  z.literal('full'),
])
export const ownReply = named(
  'Owned',
  'Who owns the id, and the hash under which it was first seen.',
  z.strictObject({ owner: threadId, hash: contentHash, term }),
)

const closed = named(
  'Closed',
  'The book of whom was asked is closed; nothing was left.',
  z.strictObject({
    closed: count.describe('How often it was closed before.'),
    kept: z.exactOptional(z.union([reply, moneyReply])).describe('The answer that is kept there. Left out: the book lacks the id.'),
  }),
)
export const closeReply = z
  .enum(['ok', 'left', 'fenced'])
  .describe('ok: also where it was closed before, under the same epoch. left: there are messages to be read. fenced: another epoch has claimed the book.')
export const leaveReply = z
  .union([z.enum(['ok', 'closed', 'late']), closed])
  .describe('ok: it is durable. closed: nobody has that book; nothing was left. late: a reply that cannot count any more; nothing was left (B8).')
const callback = z.exactOptional(count.describe('It came by a callback and waits to be thanked: numbered by the thread.'))

const inputs = {
  started: z.strictObject({ type: z.literal('started'), at: ms, epoch }).describe('The thread begins.'),
  claimed: z.strictObject({ type: z.literal('claimed'), at: ms, draw, book: claimReply }).describe('Reply to claim.'),
  prepareReceived: z
    .strictObject({ type: z.literal('prepareReceived'), at: ms, draw, from: accountId, request: requestNumber, requestId: z.exactOptional(requestId), prepare })
    .describe('A concentric prepare: `from` wants to send money.'),
  moneyAsked: z
    .strictObject({ type: z.literal('moneyAsked'), at: ms, request: requestNumber, operation })
    .describe('Money comes in or goes out without a condition.'),
  fulfillReceived: z
    .strictObject({ type: z.literal('fulfillReceived'), at: ms, from: accountId, payment: paymentId, attempt, fulfill, request: callback })
    .describe('A concentric fulfill: the receiver answers an attempt.'),
  rejectReceived: z.strictObject({ type: z.literal('rejectReceived'), at: ms, draw, from: accountId, payment: paymentId, attempt, reject, request: callback }),
  sendFailed: z
    .strictObject({ type: z.literal('sendFailed'), at: ms, draw, payment: paymentId, attempt, how: z.enum(['notTaken', 'unknown']) })
    .describe('No packet came back (S1).'),
  committed: z
    .strictObject({ type: z.literal('committed'), at: ms, draw, seq, reply: commitReply, written: z.exactOptional(written) })
    .describe('Reply to commit: with ok or already it is durable.'),
  warmed: z.strictObject({ type: z.literal('warmed'), at: ms, draw, account: accountId, reply: warmReply }).describe('Reply to warm.'),
  cooled: z.strictObject({ type: z.literal('cooled'), at: ms, account: accountId, reply: coolReply }).describe('Reply to cool.'),
  owned: z.strictObject({ type: z.literal('owned'), at: ms, draw, account: accountId, requestId, reply: ownReply }).describe('Reply to own.'),
  left: z.strictObject({ type: z.literal('left'), at: ms, to: threadId, message: messageId, reply: leaveReply }).describe('Reply to leave.'),
  wakeHeard: z.strictObject({ type: z.literal('wakeHeard'), at: ms }).describe('A hint that something was left for this thread.'),
  leftRead: z
    .strictObject({ type: z.literal('leftRead'), at: ms, draw, messages: z.union([z.array(leftMessage), z.literal('fenced')]) })
    .describe('Reply to readLeft, where there was something, or another has claimed the book.'),
  snapshotTaken: z.strictObject({ type: z.literal('snapshotTaken'), at: ms, snapshot }).describe('From the announcer.'),
  deduplicationHeard: z
    .strictObject({ type: z.literal('deduplicationHeard'), at: ms, account: accountId, deduplicates: z.boolean() })
    .describe('Its answers begin or cease to say that it answers a repeated id with the first answer (S1).'),
  closed: z.strictObject({ type: z.literal('closed'), at: ms, reply: closeReply }).describe('Reply to close.'),
  directoryReplaced: z
    .strictObject({ type: z.literal('directoryReplaced'), at: ms, directory })
    .describe('Accounts came or changed, farms are dealt anew, or threads come and go (B11).'),
  woke: z.strictObject({ type: z.literal('woke'), at: ms, draw }).describe('The time of the last sleepUntil has come.'),
  reconnected: z
    .strictObject({ type: z.literal('reconnected'), at: ms })
    .describe('The way to the store was lost and is there again: nothing asked before will be answered any more.'),
} satisfies Record<Input['type'], z.ZodType>

export const input = named(
  'Input',
  'Something that happened to a thread. `at` is the time by its own clock, whole ms.',
  z.discriminatedUnion('type', [
    inputs.started,
    inputs.claimed,
    inputs.prepareReceived,
    inputs.moneyAsked,
    inputs.fulfillReceived,
    inputs.rejectReceived,
    inputs.sendFailed,
    inputs.committed,
    inputs.warmed,
    inputs.cooled,
    inputs.owned,
    inputs.left,
    inputs.wakeHeard,
    inputs.leftRead,
    inputs.closed,
    inputs.snapshotTaken,
    inputs.deduplicationHeard,
    inputs.directoryReplaced,
    inputs.woke,
    inputs.reconnected,
  ]),
)

export const effects = {
  claim: named('claim', "Takes over the thread's own book.", z.strictObject({ type: z.literal('claim'), epoch })),
  commit: named(
    'commit',
    "Changes the thread's own book, all changes or none. Applied only as the number after the last.",
    z.strictObject({ type: z.literal('commit'), epoch, seq, changes: z.array(change) }),
  ),
  warm: named(
    'warm',
    'Asks for money from cold. Granted is at most cold + creditLimit.',
    z.strictObject({
      type: z.literal('warm'),
      account: accountId,
      taken: amount.describe("The book's running total of takes: what was granted beyond it is on its way."),
      wanted: amount.describe('Beyond what was taken.'),
    }),
  ),
  cool: named(
    'cool',
    'Gives money back to cold.',
    z.strictObject({ type: z.literal('cool'), account: accountId, given: amount.describe("The book's running total.") }),
  ),
  own: named(
    'own',
    'Claims an id for this thread: the first that does keeps it until then (B4).',
    z.strictObject({
      type: z.literal('own'),
      account: accountId,
      requestId,
      hash: contentHash,
      keepUntil: ms,
      term,
      instead: z
        .exactOptional(z.strictObject({ owner: threadId, term: count }))
        .describe("In place of an owner whose book was closed in this term and lacks the id; only if it is that one's still."),
    }),
  ),
  leave: named('leave', "Puts a message into another thread's book.", z.strictObject({ type: z.literal('leave'), to: threadId, message: leftMessage })),
  recommit: named(
    'recommit',
    'A commit again as it was written, where the store has lost what it acknowledged (B12): in recordings of live nodes only.',
    z.strictObject({ type: z.literal('recommit'), epoch, seq, written }),
  ),
  readLeft: named(
    'readLeft',
    "Reads what was left in the thread's own book, and asks whether it still is.",
    z.strictObject({ type: z.literal('readLeft'), epoch }),
  ),
  close: named('close', "Closes the thread's own book, where it has left (B11).", z.strictObject({ type: z.literal('close'), epoch })),
  wake: z.strictObject({ type: z.literal('wake'), to: threadId }).describe('A hint to another thread; it may get lost.'),
  sendPrepare: z
    .strictObject({ type: z.literal('sendPrepare'), to: accountId, payment: paymentId, attempt, requestId: z.exactOptional(requestId), prepare })
    .describe('An excentric prepare leaves: only when the commit with this attempt was answered ok or already (B1).'),
  answer: z
    .strictObject({ type: z.literal('answer'), request: requestNumber, reply: answer })
    .describe('Ends a request: a fulfill only when its credit is durable (B1).'),
  answerMoney: z.strictObject({ type: z.literal('answerMoney'), request: requestNumber, reply: moneyAnswer }).describe('Ends a request for an operation.'),
  thank: z
    .strictObject({ type: z.literal('thank'), request: count, how: z.enum(['taken', 'late']) })
    .describe('Ends a callback: taken only when what it brought is durable (B8).'),
  stop: z
    .strictObject({ type: z.literal('stop'), why: z.enum(['fenced', 'lostWrites', 'closed']) })
    .describe(
      'fenced: another has claimed the book (B3). lostWrites: the store lacks what it acknowledged. closed: it has left (B11). Its connections are closed without an answer.',
    ),
  sleepUntil: z.strictObject({ type: z.literal('sleepUntil'), at: ms }).describe('Replaces the one before.'),
} satisfies Record<Effect['type'], z.ZodType>

export const effect = named(
  'Effect',
  'Something that a thread asks for.',
  z.discriminatedUnion('type', [
    effects.claim,
    effects.commit,
    effects.recommit,
    effects.warm,
    effects.cool,
    effects.own,
    effects.leave,
    effects.readLeft,
    effects.close,
    effects.wake,
    effects.sendPrepare,
    effects.answer,
    effects.answerMoney,
    effects.thank,
    effects.stop,
    effects.sleepUntil,
  ]),
)

describes<typeof input, Input>()
describes<typeof effect, Effect>()
