/** What the threads counted, as families: each sample bears its thread. */
import type { ThreadId } from '../../core/values/account.ts'
import type { ThreadStatus } from '../orders.ts'
import type { Family, HistogramFamily, Sample } from './exposition.ts'
import type { Buckets } from './histogram.ts'
import { SEND_OUTCOMES, STORE_COMMANDS, type ThreadFigures } from './threadMeter.ts'

export type Counted = readonly (readonly [ThreadId, ThreadFigures])[]

export function threadFamilies(threads: Counted): readonly (Family | HistogramFamily)[] {
  const of = (type: 'counter' | 'gauge', name: string, help: string, value: (figures: ThreadFigures) => number): Family => {
    return { name, help, type, samples: threads.map(([thread, figures]) => ({ labels: { thread }, value: value(figures) })) }
  }
  const timed = (name: string, help: string, buckets: (figures: ThreadFigures) => Buckets): HistogramFamily => {
    return { name, help, type: 'histogram', samples: threads.map(([thread, figures]) => ({ labels: { thread }, buckets: buckets(figures) })) }
  }
  return [
    answers(threads),
    timed('ilp_answer_seconds', 'From a concentric prepare to its fulfill or reject.', ({ answering }) => answering),
    sending(threads),
    timed('ilp_store_call_seconds', 'Round trips of the script calls in which commits travel.', ({ calling }) => calling),
    of('counter', 'ilp_store_call_commits_total', 'Commits in those calls; over ilp_store_call_seconds_count: commits a turn.', ({ called }) => called),
    commands(threads),
    of('counter', 'ilp_paid_late_total', "Payments whose receiver was credited after the sender's expiry: position paid.", ({ paidLate }) => paidLate),
    of('counter', 'ilp_converted_total', 'Refunds and reroutes that met a left fulfillment, and credited.', ({ converted }) => converted),
    of('counter', 'ilp_unresolved_total', 'Attempts that ended without an answer: the receiver may have been charged.', ({ unresolved }) => unresolved),
    of('counter', 'ilp_store_reconnects_total', 'How often the way to Redis was lost and found.', ({ reconnects }) => reconnects),
    of('gauge', 'ilp_thread_memory_bytes', 'Resident memory of its process.', ({ memoryBytes }) => memoryBytes),
    of('counter', 'ilp_thread_cpu_seconds_total', 'Processor time of its process.', ({ cpuSeconds }) => cpuSeconds),
  ]
}

function answers(threads: Counted): Family {
  const samples = threads.flatMap(([thread, figures]) => [...figures.answers].map(([outcome, value]): Sample => ({ labels: { thread, outcome }, value })))
  return { name: 'ilp_packets_total', help: 'Concentric prepares by how they ended: fulfill, a code, or a refusal’s status.', type: 'counter', samples }
}

function sending(threads: Counted): HistogramFamily {
  const samples = threads.flatMap(([thread, figures]) => SEND_OUTCOMES.map((outcome) => ({ labels: { thread, outcome }, buckets: figures.sending[outcome] })))
  return { name: 'ilp_send_seconds', help: 'From an excentric prepare to how it ended at the peer.', type: 'histogram', samples }
}

function commands(threads: Counted): Family {
  const samples = threads.flatMap(([thread, figures]) =>
    STORE_COMMANDS.map((command): Sample => ({ labels: { thread, command }, value: figures.commands[command] })),
  )
  return { name: 'ilp_store_commands_total', help: 'What the thread asked of the store.', type: 'counter', samples }
}

/** What whoever starts the threads knows of them. */
export function stateFamilies(threads: readonly ThreadStatus[]): readonly Family[] {
  const of = (type: 'counter' | 'gauge', name: string, help: string, value: (status: ThreadStatus) => number): Family => {
    return { name, help, type, samples: threads.map((status) => ({ labels: { thread: status.thread }, value: value(status) })) }
  }
  return [
    of('gauge', 'ilp_thread_up', 'Whether the thread serves.', ({ state }) => (state === 'serving' ? 1 : 0)),
    of('counter', 'ilp_thread_restarts_total', 'How often its process ended unasked and was started again.', ({ restarts }) => restarts),
    of('counter', 'ilp_thread_fenced_total', 'How often its book was claimed by another.', ({ fences }) => fences),
  ]
}
