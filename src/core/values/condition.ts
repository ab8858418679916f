/** Conditions and fulfillments (RFC 27), as base64url text: SHA-256 and its 32-byte preimage. */
import { hash } from 'node:crypto'

declare const conditionBrand: unique symbol
declare const fulfillmentBrand: unique symbol
/** 43 characters of base64url: 32 bytes. */
export type Condition = string & { readonly [conditionBrand]: true }
/** 43 characters of base64url: 32 bytes. */
export type Fulfillment = string & { readonly [fulfillmentBrand]: true }

/** Throws unless it is 32 bytes long. */
export function fulfillmentOf(preimage: Buffer): Fulfillment {
  if (preimage.length !== 32) throw new Error(`a fulfillment has 32 bytes, not ${preimage.length}`)
  return preimage.toString('base64url') as Fulfillment
}

export function conditionOf(fulfillment: Fulfillment): Condition {
  return hash('sha256', Buffer.from(fulfillment, 'base64url'), 'base64url') as Condition
}

export function matches(condition: Condition, fulfillment: Fulfillment): boolean {
  return conditionOf(fulfillment) === condition
}
