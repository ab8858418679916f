/** The senders: each loop sends one prepare after another and keeps what it was told, until it is told to end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { address } from '../../../src/core/values/address.ts'
import { amount } from '../../../src/core/values/amount.ts'
import { conditionOf } from '../../../src/core/values/condition.ts'
import type { Prepare } from '../../../src/core/values/packet.ts'
import type { LiveNode, WhenDone } from '../../fixtures/liveNode.ts'
import { type Payer, payerAt, type Told } from '../../fixtures/payer.ts'
import { fulfillmentFor } from '../../fixtures/receiver.ts'
import { type Field, parallelismOf, tokenOf } from './field.ts'
import { type PaymentPlan, PaymentPlans, SENDERS, type Sender } from './plan.ts'

/** A payment as its sender knows it. */
export interface Payment {
  readonly plan: PaymentPlan
  readonly prepare: Prepare
  /** Unix ms. */
  readonly sentAt: number
  /** Each answer, of all askings, in their order. */
  readonly told: Told[]
  endedAt: number
}

export interface Load {
  readonly payments: readonly Payment[]
  /** No loop begins another payment; resolves when the last is answered, or after `patienceMs`: what is not answered then is cut. */
  readonly end: (patienceMs: number) => Promise<void>
  /** The same id once more. */
  readonly askAgain: (payment: Payment) => Promise<Told>
}

/** Between two askings under one id. */
const AGAIN_MS = 30
/** An answer that is kept comes at once, but for what else the machine does. */
const ASKED_AGAIN_MS = 20_000

export function startLoad(seed: number, { nodes }: Pick<Field, 'nodes'>, whenDone: WhenDone): Load {
  const plans = new PaymentPlans(seed)
  const payments: Payment[] = []
  const payers = new Map(SENDERS.map((sender) => [sender, payerOf(sender, nodes[sender.from.node], whenDone)]))
  const payerFor = (sender: Sender): Payer => payers.get(sender) as Payer
  let isOver = false
  const abandoning = new AbortController()
  const loop = async (sender: Sender): Promise<void> => {
    while (!isOver) {
      const payment = begin(plans.next(sender))
      payments.push(payment)
      await follow(payment, payerFor(sender), abandoning.signal)
      payment.endedAt = Date.now()
      // Whoever has nothing, or finds the node full, waits for a moment.
      if (payment.told.at(-1)?.type !== 'fulfill') await sleep(AGAIN_MS)
    }
  }
  const loops = Promise.all(SENDERS.flatMap((sender) => Array.from({ length: sender.loops }, () => loop(sender))))
  // Heard by whoever ends it.
  loops.catch(() => {})
  return {
    payments,
    end: async (patienceMs) => {
      isOver = true
      const timer = setTimeout(() => abandoning.abort(), patienceMs)
      await loops
      clearTimeout(timer)
    },
    askAgain: (payment) => ask(payment, payerFor(payment.plan.sender), AbortSignal.timeout(ASKED_AGAIN_MS)),
  }
}

function payerOf({ from, loops }: Sender, node: LiveNode, whenDone: WhenDone): Payer {
  const url = node.url(from.account, parallelismOf(from.account))
  return payerAt({ url, token: tokenOf(from.account), connections: 2 * loops }, whenDone)
}

function begin(plan: PaymentPlan): Payment {
  const { to, data, lifeMs } = plan
  const sentAt = Date.now()
  return {
    plan,
    prepare: {
      amount: amount(plan.amount),
      expiresAt: sentAt + lifeMs,
      condition: conditionOf(fulfillmentFor(data)),
      destination: address(`test.${to.node}.${to.account}`),
      data,
    },
    sentAt,
    told: [],
    endedAt: 0,
  }
}

async function follow(payment: Payment, payer: Payer, abandoned: AbortSignal): Promise<void> {
  const { requestId, twice } = payment.plan
  if (requestId === undefined) {
    payment.told.push(await ask(payment, payer, abandoned))
    return
  }
  await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => askUntilAnswered(payment, payer, abandoned)))
}

async function askUntilAnswered(payment: Payment, payer: Payer, abandoned: AbortSignal): Promise<void> {
  while (!abandoned.aborted) {
    const told = await ask(payment, payer, abandoned)
    payment.told.push(told)
    if (told.type === 'fulfill' || told.type === 'reject') return
    // What will not change.
    if (told.type === 'status' && told.status !== 429 && told.status !== 503) return
    await sleep(AGAIN_MS)
  }
}

function ask({ plan: { requestId }, prepare }: Payment, payer: Payer, signal: AbortSignal): Promise<Told> {
  // Of its own: one signal would gather a listener from each.
  const own = AbortSignal.any([signal])
  return payer.pay(prepare, { signal: own, ...(requestId === undefined ? {} : { requestId }) })
}
