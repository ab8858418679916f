/** What is sent and answered: one fulfillment for all, and no two prepares alike, so that no connector can answer from memory. */
import type { Address } from '../../../src/core/values/address.ts'
import { address } from '../../../src/core/values/address.ts'
import { amount } from '../../../src/core/values/amount.ts'
import { conditionOf, fulfillmentOf } from '../../../src/core/values/condition.ts'
import { NO_DATA } from '../../../src/core/values/packet.ts'
import type { UnixMs } from '../../../src/core/values/time.ts'
import { encodePrepare, encodeReply } from '../../../src/wire/packet.ts'

/** Of the connector under test, whichever it is; its accounts `sender` and `receiver` are below it. */
export const CONNECTOR = 'test.bench'
const DESTINATION: Address = address(`${CONNECTOR}.receiver.shop.7Jk2mPq9`)

const AMOUNT = amount(100n)
const EXPIRY_MS = 30_000
/** About what STREAM puts into a packet. */
const DATA_LENGTH = 64

const FULFILLMENT = fulfillmentOf(Buffer.alloc(32, 'bench'))
const CONDITION = conditionOf(FULFILLMENT)

export const FULFILL: Buffer = encodeReply({ type: 'fulfill', fulfillment: FULFILLMENT, data: NO_DATA })

export function prepareBytes(number: number, now: UnixMs): Buffer {
  const data = Buffer.alloc(DATA_LENGTH)
  data.writeDoubleBE(number)
  return encodePrepare({ amount: AMOUNT, expiresAt: now + EXPIRY_MS, condition: CONDITION, destination: DESTINATION, data })
}
