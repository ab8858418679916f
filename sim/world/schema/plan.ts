/** The plan, in the first line of a trace. */
import { z } from 'zod'
import { BEHAVIOUR_KINDS, kindOf } from '../../workload/behaviourKinds.ts'
import type { Plan } from '../../workload/plan.ts'
import { fault, latency, milliseconds, odds } from './faultPlan.ts'
import { describes, named } from './shape.ts'
import { amount, count, ms, name } from './values.ts'

const amounts = named(
  'AmountDistribution',
  'Of payments, in base units.',
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), amount }),
    z.strictObject({ kind: z.literal('uniform'), low: amount, high: amount }),
    z
      .strictObject({ kind: z.literal('logNormal'), median: z.number(), sigma: z.number(), cap: amount })
      .describe('Rounded, at least 1; what is above the cap becomes it.'),
  ]),
)

const answers = z
  .enum(['synchronous', 'deduplicating', 'callback'])
  .describe(
    'How the replies of whoever is asked come back. deduplicating: a repeated id is answered with the first answer. callback: so too, and later, to any thread. Left out: synchronous.',
  )
const connector = z.strictObject({
  name: name.describe('Its address is test.NAME.'),
  threads: count,
  parallelism: count.describe('Of the accounts that its lines have with it.'),
  dealing: z.enum(['connection', 'request']).describe('How what comes in is dealt to the threads (A1).'),
  policy: z.string(),
  failover: count.describe('How many other candidates a payment tries.'),
  slack: z.literal([0, 1]),
  warming: z.enum(['exact', 'share', 'adaptive']),
  snapshotIntervalMs: milliseconds,
  announceIntervalMs: milliseconds,
  attemptTimeoutMs: z.exactOptional(milliseconds),
  coolAfterMs: milliseconds,
  feePpm: z.exactOptional(count.describe('What it keeps of every packet, in millionths.')),
  durability: z.exactOptional(z.enum(['everysec', 'always', 'wait'])).describe('What its store may lose of what it acknowledged (B12). Left out: everysec.'),
  limitsKnown: z.boolean().describe("Whether the peers' limits are known to its policies."),
})
const line = z.strictObject({
  name,
  from: name,
  to: name,
  fromGrants: amount.describe('How far the account of `to` may go below zero in the book of `from`.'),
  toGrants: amount,
  latency,
  answers: z.exactOptional(answers),
})
const endpoint = z.strictObject({
  group: name,
  name,
  at: z.array(name).describe('The connectors where it has an account.'),
  openingBalance: amount,
  creditLimit: amount,
  parallelism: count,
  announced: z.boolean().describe('Whether its address is test.NAME, announced by its connectors; otherwise it lies below the first of them.'),
  latency,
  answers: z.exactOptional(answers),
})
const traffic = z.strictObject({
  name,
  from: z.array(name),
  to: z.array(name),
  via: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('uniform') }),
      z.strictObject({ kind: z.literal('inProportion') }),
      z.strictObject({ kind: z.literal('policy'), policy: z.string() }),
    ])
    .describe('How a sender with several accounts picks the line.'),
  ratePerS: z.number().min(0),
  amounts,
  expiryMs: milliseconds,
  fulfills: odds,
  rejectCode: z.string().describe('Of what the receiver does not fulfill.'),
  idOdds: odds.describe('That a payment carries an id.'),
  repeatOdds: odds.describe('That one with an id is asked twice.'),
  repeatAfterMs: milliseconds,
})
const moneyRow = z.strictObject({
  atMs: milliseconds,
  who: name,
  at: name.describe('The connector where it is asked.'),
  direction: z.enum(['deposit', 'withdrawal']),
  amount,
  thread: count.describe('The number of the thread that is asked first.'),
  isRepeated: z.boolean().describe('The thread after it is asked at once, too.'),
})
const money = z.strictObject({
  name,
  who: z.array(name).describe('Endpoint members. When all is over each draws out all that it has.'),
  ratePerS: z.number().min(0),
  amounts,
  deposits: odds.describe('That an operation is a deposit; otherwise it is a withdrawal.'),
  repeatOdds: odds.describe('That it is asked twice at once, at two threads.'),
  expiryMs: z.exactOptional(
    milliseconds.describe('How long an operation may be begun; whatever is asked twice is asked once more after that. Left out: longer than any run.'),
  ),
  rows: z.exactOptional(z.array(moneyRow)).describe('In order of time; in place of what would be drawn.'),
})
const behaviour = z.strictObject({
  name,
  who: name,
  towards: z.exactOptional(name.describe('Only for prepares from there, or announcements to there.')),
  kind: z.enum(BEHAVIOUR_KINDS).describe(`Instead of its duty. ${BEHAVIOUR_KINDS.map((kind) => `${kind}: ${kindOf(kind).does}.`).join(' ')}`),
  odds,
  code: z.string(),
  delay: latency,
  fromMs: milliseconds,
  untilMs: milliseconds,
})
const payment = z.strictObject({
  atMs: milliseconds,
  from: name,
  to: name,
  amount,
  expiryMs: z.exactOptional(milliseconds),
  fulfills: z.exactOptional(z.boolean()),
  rejectCode: z.exactOptional(z.string()),
  withId: z.exactOptional(z.boolean()),
  repeatAfterMs: z.exactOptional(milliseconds),
  mustSucceed: z.exactOptional(z.boolean()).describe('Nothing stands in its way: unless it is fulfilled, the run makes no progress.'),
})

export const plan = named(
  'Plan',
  'One world in full: a scenario in one regime, with one failover and one policy.',
  z.strictObject({
    scenario: z.string(),
    regime: z.string(),
    durationMs: ms.describe('Payments start until then.'),
    warmUpMs: ms.describe('What starts before is left out of the figures.'),
    unit: z.string(),
    scale: count,
    storeLatency: latency.describe('Thread to store, and back.'),
    localLatency: latency.describe('Between threads of one connector.'),
    connectors: z.array(connector),
    lines: z.array(line).describe('Peerings of two connectors on mirrored credit.'),
    endpoints: z.array(endpoint).describe('Users.'),
    traffic: z.array(traffic),
    payments: z.array(payment).describe('In order of time; in place of traffic, where not empty.'),
    money: z.exactOptional(z.array(money)).describe('Deposits and withdrawals. Left out: none.'),
    behaviours: z.array(behaviour),
    faults: z.array(fault),
    subjects: z.array(name).describe('The connectors whose policy is compared.'),
  }),
)

describes<typeof plan, Plan>()
