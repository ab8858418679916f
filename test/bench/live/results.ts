/** What the windows say together. The rounds are interleaved, so a ratio is taken within each round before their median. */
import type { CpuUs, Window } from './measure.ts'
import { SUBJECTS, type SubjectName } from './subject.ts'

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface SubjectResult {
  readonly name: SubjectName
  readonly packetsPerS: Spread
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  /** Microseconds of CPU a packet; left out where there is no /proc. */
  readonly cpuUs?: CpuUs
}

export interface Ratio {
  readonly of: SubjectName
  readonly to: SubjectName
  readonly packetsPerS: Spread
  /** Packets for the same CPU time of the connector, without its Redis. */
  readonly perCpu?: Spread
  readonly target?: number
}

export interface Skipped {
  readonly name: SubjectName
  readonly why: string
}

export interface LiveResults {
  readonly atOnce: number
  readonly rounds: number
  readonly secondsEach: number
  readonly cores: number
  /** Cores that processes outside the bench kept busy meanwhile; left out where there is no /proc. */
  readonly othersBusy?: Spread
  readonly subjects: readonly SubjectResult[]
  readonly ratios: readonly Ratio[]
  readonly skipped: readonly Skipped[]
}

/** Of each subject, a window a round. */
export type Windows = ReadonlyMap<SubjectName, readonly Window[]>

const RATIOS: readonly Pick<Ratio, 'of' | 'to' | 'target'>[] = [
  { of: 'ilp-node', to: 'ilp-connector', target: 4.5 },
  { of: 'ilp-node', to: 'bare forwarder', target: 0.65 },
  { of: 'ilp-node, ids', to: 'ilp-node' },
]

export function subjectResults(windows: Windows): SubjectResult[] {
  return SUBJECTS.flatMap((name) => {
    const own = windows.get(name) ?? []
    return own.length === 0 ? [] : [resultOf(name, own)]
  })
}

function resultOf(name: SubjectName, windows: readonly Window[]): SubjectResult {
  const cpus = windows.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu.us]))
  const median = (part: keyof CpuUs) => spreadOf(cpus.map((cpu) => cpu[part])).median
  const cpuUs = { connector: median('connector'), redis: median('redis'), sender: median('sender'), receiver: median('receiver') }
  return {
    name,
    packetsPerS: spreadOf(windows.map(({ packetsPerS }) => packetsPerS)),
    latencyMs: { p50: spreadOf(windows.map(({ p50Ms }) => p50Ms)).median, p99: spreadOf(windows.map(({ p99Ms }) => p99Ms)).median },
    ...(cpus.length === 0 ? {} : { cpuUs }),
  }
}

export function ratiosOf(windows: Windows): Ratio[] {
  return RATIOS.flatMap((ratio) => {
    const pairs = pairsOf(windows.get(ratio.of), windows.get(ratio.to))
    if (pairs.length === 0) return []
    const cpus = pairs.flatMap(([of, to]) => (of.cpu === undefined || to.cpu === undefined ? [] : [to.cpu.us.connector / of.cpu.us.connector]))
    const perCpu = cpus.length === 0 ? {} : { perCpu: spreadOf(cpus) }
    return [{ ...ratio, packetsPerS: spreadOf(pairs.map(([of, to]) => of.packetsPerS / to.packetsPerS)), ...perCpu }]
  })
}

function pairsOf(ofs: readonly Window[] = [], tos: readonly Window[] = []): [Window, Window][] {
  return ofs.flatMap((of, round) => {
    const to = tos[round]
    return to === undefined ? [] : [[of, to] as [Window, Window]]
  })
}

export function othersBusyOf(windows: Windows): Spread | undefined {
  const busy = [...windows.values()].flatMap((own) => own.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu.othersBusy])))
  return busy.length === 0 ? undefined : spreadOf(busy)
}

function spreadOf(values: readonly number[]): Spread {
  const ordered = values.toSorted((a, b) => a - b)
  const middle = ordered.length >> 1
  const above = ordered[middle] ?? 0
  const median = ordered.length % 2 === 1 ? above : (above + (ordered[middle - 1] ?? 0)) / 2
  return { median, min: ordered[0] ?? 0, max: ordered.at(-1) ?? 0 }
}
