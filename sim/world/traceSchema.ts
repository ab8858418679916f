/** The shape of a trace's lines; `scenarios/trace.schema.json` is made from it. */
import { z } from 'zod'
import { BEHAVIOUR_KINDS } from '../workload/behaviourKinds.ts'
import { announcerEffect, announcerEffects, announcerInput } from './schema/announcer.ts'
import { leftMessage } from './schema/book.ts'
import { fault, lineFault, slip } from './schema/fault.ts'
import { plan } from './schema/plan.ts'
import { announcementFields, bookEntry, reading } from './schema/routing.ts'
import { describes } from './schema/shape.ts'
import { claimReply, closeReply, commitReply, coolReply, effect, effects, input, leaveReply, ownReply, warmReply } from './schema/thread.ts'
import {
  account,
  accountId,
  amount,
  balance,
  condition,
  count,
  fulfillFields,
  lineName,
  name,
  prepareFields,
  refusalFields,
  rejectFields,
  reply,
  requestId,
  threadId,
  unit,
} from './schema/values.ts'
import type { Message, StoreCommand, StoreReply, TraceLine } from './trace.ts'

const at = z.number().describe('Virtual time in ms, to the microsecond. Never less than in the line before.')
const connector = name.describe('A connector.')
const announcer = z.literal('announcer')

const world = z
  .strictObject({ at, kind: z.literal('world'), seed: count, scenario: z.string(), regime: z.string(), plan })
  .describe('The first line, and the only one of its kind. With the same plan and seed the program writes the same trace, byte for byte.')

const opened = z
  .strictObject({
    at,
    kind: z.literal('account'),
    connector,
    line: lineName.describe('The line that leads to its holder: a message on it from or to this connector concerns this account.'),
    account,
    openingBalance: amount.describe('Its cold at the start: what entered through the ledger.'),
  })
  .describe('An account is opened, before anything moves.')

const inputLine = z.union([
  z.strictObject({ at, kind: z.literal('input'), connector, who: threadId, input }).describe('Something happened to a thread.'),
  z.strictObject({ at, kind: z.literal('input'), connector, who: announcer, input: announcerInput }).describe('Something happened to the announcer.'),
])

const effectLine = z.union([
  z.strictObject({ at, kind: z.literal('effect'), connector, who: threadId, effect }).describe('What a thread asked for on the input before.'),
  z
    .strictObject({ at, kind: z.literal('effect'), connector, who: announcer, effect: announcerEffect })
    .describe('What the announcer asked for on the input before.'),
])

const replyTo = { condition: condition.describe("The prepare's.") }
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('prepare'), ...prepareFields, requestId: z.exactOptional(requestId) }),
  z.strictObject({ ...replyTo, ...fulfillFields }),
  z.strictObject({ ...replyTo, ...rejectFields }),
  z.strictObject({ ...replyTo, ...refusalFields }),
  z
    .strictObject({
      ...replyTo,
      type: z.literal('failure'),
      how: z.enum(['notTaken', 'unknown']).describe('The connection was refused, or it broke while the request was held (S1).'),
    })
    .describe('No answer: the connection was reset.'),
  z
    .strictObject({ ...replyTo, type: z.literal('claim'), payments: z.int(), attempts: z.int(), reply })
    .describe('A reply that says it is for another payment of the same thread, so many after the one of this exchange (or before), and so many attempts.'),
  z.strictObject({ ...replyTo, type: z.literal('accepted') }).describe('The reply comes later, by a callback (B8).'),
  z
    .strictObject({ type: z.literal('callback'), ...replyTo, requestId: requestId.describe("The prepare's."), reply })
    .describe('A reply to any thread of whoever asked, repeated until it is thanked or the prepare has expired.'),
  z.strictObject({ ...replyTo, type: z.literal('thanks'), how: z.enum(['taken', 'late']) }).describe('Of a callback: it need not be repeated.'),
  z.strictObject({ type: z.literal('announcement'), ...announcementFields }),
])
const messageLine = z
  .strictObject({
    at,
    kind: z.literal('message'),
    line: lineName,
    exchange: count.describe(
      'A prepare and its reply are one exchange, so are a callback and its thanks, an announcement is one alone. Numbered on each line. Without a reply the prepare was never answered.',
    ),
    from: name.describe('A connector or a user.'),
    to: name.describe('A connector or a user. In a world where both have this name, the line says which.'),
    arrives: z
      .exactOptional(z.number())
      .describe(
        'When it will reach `to`, in virtual ms; left out where it is lost. There a prepare becomes a prepareReceived, perhaps later: behaviours and local hops delay it.',
      ),
    message,
  })
  .describe('A message leaves one end of a line.')

const stores = [
  store(effects.claim, claimReply),
  store(effects.commit, commitReply),
  store(effects.warm, warmReply),
  store(effects.cool, coolReply),
  store(effects.own, ownReply),
  store(effects.leave, leaveReply),
  store(effects.readLeft, z.union([z.array(leftMessage), z.literal('fenced')])),
  store(effects.close, closeReply),
  z
    .strictObject({ at, kind: z.literal('store'), connector, who: announcer, command: announcerEffects.readBooks, reply: z.exactOptional(reading) })
    .describe('The announcer read the books.'),
] as const

function store<C extends z.ZodType, R extends z.ZodType>(command: C, reply: R) {
  return z
    .strictObject({
      at,
      kind: z.literal('store'),
      connector,
      who: threadId.describe(
        'Whose command it is: claim, commit and readLeft are on the book of this thread, warm and cool on its totals in the shard of the account.',
      ),
      command,
      reply: z.exactOptional(reply),
    })
    .describe('The store applied a command, as a whole, at this moment. Without a reply it broke an invariant, and the trace ends.')
}

const faultLine = z
  .strictObject({ at, kind: z.literal('fault'), connector, name: z.string().describe('Its entry of the plan.'), fault })
  .describe('Something goes wrong at a connector.')
const lineFaultLine = z
  .strictObject({ at, kind: z.literal('lineFault'), line: lineName, name: z.string().describe('Its entry of the plan.'), fault: lineFault })
  .describe('Something goes wrong on a line.')
const slipLine = z
  .strictObject({
    at,
    kind: z.literal('slip'),
    name: z.string().describe('Its entry of the plan.'),
    who: z.string().describe('The connector or the line where the message passes.'),
    on: z
      .string()
      .describe(
        'Which message: `exchange 7`, which leaves now, in the next line; of a wake the thread that it is for, of a command to the store the thread that sends it.',
      ),
    slip,
  })
  .describe('Something goes wrong with a single message.')
const behaviourLine = z
  .strictObject({
    at,
    kind: z.literal('behaviour'),
    who: name.describe('A connector or a user.'),
    name: z.string().describe('Its entry of the plan.'),
    behaviour: z.enum(BEHAVIOUR_KINDS),
    towards: name.describe('From whom the prepare came, or to whom it announces or pays.'),
  })
  .describe('Somebody does something else than its duty: the plan says what.')
const ended = z
  .strictObject({
    at,
    kind: z.literal('ended'),
    connector,
    who: threadId,
    epoch: z.string(),
    why: z
      .enum(['crash', 'fenced', 'lostWrites', 'closed'])
      .describe('fenced: it stopped of itself, since another epoch has claimed its book (B3). closed: it has left, and its book is closed (B11).'),
  })
  .describe('A life of a thread is over, with all that it had in memory. The next begins with its input started.')
const cut = z
  .strictObject({
    at,
    kind: z.literal('cut'),
    connector,
    who: threadId,
    arriving: count.describe('So many of its commands that are on their way still reach the store, the first of them. Their replies are heard by nobody.'),
    lost: count.describe('So many do not.'),
  })
  .describe("A thread's connection to its store is cut.")

const undone = z
  .strictObject({
    at,
    kind: z.literal('undone'),
    connector,
    since: z.number().describe('Virtual time in ms.'),
    shards: z.array(z.union([threadId, accountId])).describe('Of these threads (their books), and of these accounts.'),
  })
  .describe('A store comes back without its last writes: what these shards applied after `since` never was.')

const totals = z.record(threadId, amount)
const closing = z
  .strictObject({
    at,
    kind: z.literal('closing'),
    connector,
    shards: z.array(z.strictObject({ account: accountId, cold: balance, granted: totals, returned: totals })),
    books: z.array(z.strictObject({ thread: threadId, seq: count, accounts: z.array(bookEntry), positions: z.record(unit, balance) })),
  })
  .describe('What the store of a connector holds when the run is over: one line for each, the last of a trace that no broken invariant cut short.')

export const traceLine = z.union([
  world,
  opened,
  ...inputLine.options,
  ...effectLine.options,
  messageLine,
  ...stores,
  faultLine,
  lineFaultLine,
  slipLine,
  behaviourLine,
  ended,
  cut,
  undone,
  closing,
])

const ABOUT = `A line of a trace of ilp-sim (NDJSON). Lines come in the order in which things happened.
Each connector has one store: for each account a shard with its cold balance and, for each thread, running totals granted and returned; for each thread a book with, for each account, hot and running totals taken and given, its payments under way, and position for each unit. At the start all is 0, but cold, which is the openingBalance of the account line. Money moves in store lines alone, and closing lines say what it came to: by the changes of a commit whose reply is ok, by a warm (granted = the granted of its reply, and cold less by as much) and by a cool (cold + given - returned where that is positive, then returned = given).
Balance of an account: cold + sum over threads of (granted - taken) + hot + (given - returned). R3: cold >= -creditLimit, hot >= 0. R5, for each connector and unit, after every line: sum of the balances + payments under way (incomingAmount) + positions = sum of opening balances. B1: a sendPrepare comes after the committed input of the charge or reroute with its attempt, an answer with a fulfill after that of its credit. B2: a commit is applied only with the number after the last. B4: an id has one owner, one charge and one answer.
Where something goes wrong, a fault line says what, and a slip line where it does with a single message. An ended line ends a life of a thread; the next one begins with its input started, under a new epoch, and claims the book. After a cut line nobody hears the replies to what that thread had sent; its last commands may still reach the store after those of its next life or connection: a commit then answers fenced or already, the others compare totals. B3: a commit of an epoch that has not claimed the book last changes nothing. B9: a payment is only ever sent by the epoch in its id.
R, B, S and A with a number are the rules in ARCHITECTURE.md.`

/** `scenarios/trace.schema.json`. */
export function traceJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(traceLine)
  return `${JSON.stringify({ $schema, title: 'A line of a trace of ilp-sim', description: ABOUT, ...schema }, null, 2)}\n`
}

type LineOf<K extends TraceLine['kind']> = Extract<TraceLine, { kind: K }>
describes<typeof world, LineOf<'world'>>()
describes<typeof opened, LineOf<'account'>>()
describes<typeof inputLine, LineOf<'input'>>()
describes<typeof effectLine, LineOf<'effect'>>()
describes<typeof message, Message>()
describes<typeof messageLine, LineOf<'message'>>()
describes<typeof faultLine, LineOf<'fault'>>()
describes<typeof lineFaultLine, LineOf<'lineFault'>>()
describes<typeof slipLine, LineOf<'slip'>>()
describes<typeof behaviourLine, LineOf<'behaviour'>>()
describes<typeof ended, LineOf<'ended'>>()
describes<typeof cut, LineOf<'cut'>>()
describes<typeof undone, LineOf<'undone'>>()
describes<typeof closing, LineOf<'closing'>>()
describes<z.ZodType<z.output<(typeof stores)[number]>['command']>, StoreCommand>()
describes<z.ZodType<Exclude<z.output<(typeof stores)[number]>['reply'], undefined>>, StoreReply>()
