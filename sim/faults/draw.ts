/** The kinds of faults, a file each, and how one of them is drawn. */
import type { OddsKind, OddsPlan, StrikePlan } from '../workload/faultPlan.ts'
import { drawClock } from './clock.ts'
import { drawCrash } from './crash.ts'
import type { Chance, Slip, Strike } from './fault.ts'
import { drawDelay, drawDrop, drawPartition, drawReorder, drawRepeat } from './network.ts'
import { drawPause } from './pause.ts'
import { drawStoreCommandLost, drawStoreDelay, drawStoreError, drawStoreReorder, drawStoreRepeat, drawStoreReplyLost } from './storeCommand.ts'
import { drawStoreCut } from './storeCut.ts'
import { drawStoreFailover } from './storeFailover.ts'
import { drawStoreRestart } from './storeRestart.ts'
import { drawStoreStall } from './storeStall.ts'
import { drawThreadJoins, drawThreadLeaves } from './threads.ts'
import { drawWakeLate, drawWakeLost, drawWakeRepeat } from './wake.ts'

type Strikes = { readonly [K in StrikePlan['kind']]: (plan: Extract<StrikePlan, { kind: K }>, threads: number, chance: Chance) => StrikeOf<K> }

const strikes: Strikes = {
  crash: drawCrash,
  pause: drawPause,
  clock: drawClock,
  partition: drawPartition,
  'store-restart': drawStoreRestart,
  'store-failover': drawStoreFailover,
  'store-stall': drawStoreStall,
  'store-cut': drawStoreCut,
  'thread-leaves': drawThreadLeaves,
  'thread-joins': drawThreadJoins,
}

export type StrikeOf<K extends StrikePlan['kind']> = Extract<Strike, { type: K }>

/** `threads`: how many the connector has, those that have left among them. */
export function drawStrike<K extends StrikePlan['kind']>(plan: Extract<StrikePlan, { kind: K }>, threads: number, chance: Chance): StrikeOf<K> {
  return strikes[plan.kind as K](plan, threads, chance)
}

export type SlipOf<K extends OddsKind> = Extract<Slip, { type: K }>

type Slips = { readonly [K in OddsKind]: (plan: Extract<OddsPlan, { kind: K }>, chance: Chance) => SlipOf<K> }

const slips: Slips = {
  drop: drawDrop,
  repeat: drawRepeat,
  delay: drawDelay,
  reorder: drawReorder,
  'store-command-lost': drawStoreCommandLost,
  'store-reply-lost': drawStoreReplyLost,
  'store-delay': drawStoreDelay,
  'store-reorder': drawStoreReorder,
  'store-repeat': drawStoreRepeat,
  'store-error': drawStoreError,
  'wake-lost': drawWakeLost,
  'wake-late': drawWakeLate,
  'wake-repeat': drawWakeRepeat,
}

export function drawSlip<K extends OddsKind>(plan: Extract<OddsPlan, { kind: K }>, chance: Chance): SlipOf<K> {
  return slips[plan.kind as K](plan, chance)
}
