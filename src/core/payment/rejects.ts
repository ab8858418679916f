/** Every reject that this connector gives itself, with its code and its words (DESIGN.md, the table of rejects). */
import type { ThreadState } from '../threadState.ts'
import type { Amount } from '../values/amount.ts'
import { NO_DATA, type Reject, type RejectCode } from '../values/packet.ts'

export const badEcho = (state: ThreadState): Reject => reject(state, 'F01', 'the echo request names no address to return to')
export const noRoute = (state: ThreadState): Reject => reject(state, 'F02', 'no route to the destination')
export const noRate = (state: ThreadState): Reject => reject(state, 'F02', "no rate between the sender's and the receiver's unit")
export const wrongPreimage = (state: ThreadState): Reject => reject(state, 'F05', 'the fulfillment does not hash to the condition')
export const noBalance = (state: ThreadState): Reject => reject(state, 'T04', 'the balance is below parallelism times the amount')
export const beyondPosition = (state: ThreadState): Reject => reject(state, 'T04', "the connector's own position is at its limit")
export const notTaken = (state: ThreadState): Reject => reject(state, 'T01', 'the next hop could not be reached')
export const tooManyWaiting = (state: ThreadState): Reject => reject(state, 'T03', 'too many prepares wait for this balance')
export const timedOut = (state: ThreadState): Reject => reject(state, 'R00', 'the transfer timed out')
export const windowClosed = (state: ThreadState): Reject => reject(state, 'R02', 'too little time is left')
export const nothingLeft = (state: ThreadState): Reject => reject(state, 'R01', 'nothing is left of the amount at this rate')

const MAX_UINT64 = (1n << 64n) - 1n

/** Data: received and maximum amount, both u64 big-endian (RFC 27, F08). */
export function tooLarge(state: ThreadState, received: Amount, maximum: Amount): Reject {
  const data = new Uint8Array(16)
  const view = new DataView(data.buffer)
  view.setBigUint64(0, received > MAX_UINT64 ? MAX_UINT64 : received)
  view.setBigUint64(8, maximum)
  return { ...reject(state, 'F08', 'the amount is too large'), data }
}

function reject(state: ThreadState, code: RejectCode, message: string): Reject {
  return { type: 'reject', code, triggeredBy: state.directory.address, message, data: NO_DATA }
}
