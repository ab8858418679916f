/** The results in plain text. */
import type { LiveResults, Ratio, Spread, SubjectResult } from './results.ts'

export function tableOf({ atOnce, rounds, secondsEach, cores, othersBusy, subjects, ratios, skipped }: LiveResults): string {
  return [
    `packets through a connector, ${atOnce} at once; sender, receiver and connector share ${cores} cores; ${rounds} rounds of ${secondsEach} s`,
    ...(othersBusy === undefined || othersBusy.max < NOTICEABLE_CORES
      ? []
      : [`beside it other processes kept ${rangeOf(othersBusy, oneDigit)} cores busy: trust the ratios more than the figures`]),
    '',
    ...columns([['', 'packets/s', '', 'CPU us a packet', '', '', '', 'latency ms', ''], SUBJECT_HEAD, ...subjects.map(rowOf)]),
    ...(ratios.length === 0 ? [] : ['', ...columns([RATIO_HEAD, ...ratios.map(ratioRow)])]),
    ...skipped.map(({ name, why }) => `\nskipped: ${name}: ${why}`),
  ].join('\n')
}

/** Cores. */
const NOTICEABLE_CORES = 0.2

const SUBJECT_HEAD = ['', 'median', 'min to max', 'connector', 'Redis', 'sender', 'receiver', 'p50', 'p99']
const RATIO_HEAD = ['', 'packets/s', 'min to max', 'packets a CPU second', 'min to max', 'packets/s wanted']

function rowOf({ name, packetsPerS, cpuUs, latencyMs }: SubjectResult): string[] {
  const us = (value: number | undefined) => (value === undefined ? '?' : value.toFixed(0))
  const parts = [us(cpuUs?.connector), cpuUs?.redis === 0 ? '-' : us(cpuUs?.redis), us(cpuUs?.sender), us(cpuUs?.receiver)]
  return [name, thousands(packetsPerS.median), rangeOf(packetsPerS, thousands), ...parts, latencyMs.p50.toFixed(1), latencyMs.p99.toFixed(1)]
}

function ratioRow({ of, to, packetsPerS, perCpu, target }: Ratio): string[] {
  const cpu = perCpu === undefined ? ['?', ''] : [twoDigits(perCpu.median), rangeOf(perCpu, twoDigits)]
  return [`${of} / ${to}`, twoDigits(packetsPerS.median), rangeOf(packetsPerS, twoDigits), ...cpu, target === undefined ? '' : `${target}`]
}

function rangeOf({ min, max }: Spread, write: (value: number) => string): string {
  return `${write(min)} to ${write(max)}`
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function oneDigit(value: number): string {
  return value.toFixed(1)
}

function twoDigits(value: number): string {
  return value.toFixed(2)
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    return cells.join('  ').trimEnd()
  })
}
