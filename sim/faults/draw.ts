/** The kinds of faults, a file each, and how one of them is drawn. */
import type { OddsKind, OddsPlan, StrikePlan } from '../workload/faultPlan.ts'
import { drawCrash } from './crash.ts'
import type { Chance, Slip, Strike } from './fault.ts'
import { drawStoreCut } from './storeCut.ts'
import { drawStoreFailover } from './storeFailover.ts'
import { drawStoreRestart } from './storeRestart.ts'
import { drawStoreStall } from './storeStall.ts'
import { drawWakeLate, drawWakeLost, drawWakeRepeat } from './wake.ts'

type Strikes = {
  readonly [K in StrikePlan['kind']]: (plan: Extract<StrikePlan, { kind: K }>, threads: number, chance: Chance) => Extract<Strike, { type: K }>
}

const strikes: Strikes = {
  crash: drawCrash,
  'store-restart': drawStoreRestart,
  'store-failover': drawStoreFailover,
  'store-stall': drawStoreStall,
  'store-cut': drawStoreCut,
}

/** `threads`: how many the connector has. */
export function drawStrike(plan: StrikePlan, threads: number, chance: Chance): Strike {
  const draw = strikes[plan.kind] as (plan: StrikePlan, threads: number, chance: Chance) => Strike
  return draw(plan, threads, chance)
}

export type SlipOf<K extends OddsKind> = Extract<Slip, { type: K }>

type Slips = { readonly [K in OddsKind]: (plan: Extract<OddsPlan, { kind: K }>, chance: Chance) => SlipOf<K> }

const slips: Slips = {
  'wake-lost': drawWakeLost,
  'wake-late': drawWakeLate,
  'wake-repeat': drawWakeRepeat,
}

export function drawSlip<K extends OddsKind>(plan: Extract<OddsPlan, { kind: K }>, chance: Chance): SlipOf<K> {
  return slips[plan.kind as K](plan, chance)
}
