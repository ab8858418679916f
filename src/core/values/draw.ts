/** The one random number that comes in with an input, and how it is stretched where more are needed. */

/** A whole number from 0 to 2^53 - 1, uniform. */
export type Draw = number

const TWO_53 = 9_007_199_254_740_992

/** Uniform in [0, 1). */
export function unit(draw: Draw): number {
  return draw / TWO_53
}

/** The draw that follows `draw`: two rounds of murmur3's 32-bit finaliser over its halves. Pure. */
export function nextDraw(draw: Draw): Draw {
  const high = Math.floor(draw / 4_294_967_296)
  const low = draw >>> 0
  const a = mix(low ^ Math.imul(high + 1, 0x9e3779b9))
  const b = mix(a ^ Math.imul(low + 1, 0x85ebca6b))
  return (b & 0x1fffff) * 4_294_967_296 + a
}

function mix(value: number): number {
  let h = value >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
