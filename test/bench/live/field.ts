/** The load and the connectors under test, started. */
import { type Child, startChild } from './children.ts'
import type { Load } from './measure.ts'
import type { Ready } from './messages.ts'
import { startOurs, whyNotOurs } from './ours.ts'
import { installPeers } from './peers.ts'
import type { Skipped } from './results.ts'
import { type Subject, type SubjectName, TOKEN } from './subject.ts'
import type { Undoing } from './undoing.ts'

export interface Field {
  readonly load: Load
  readonly subjects: readonly Subject[]
  readonly skipped: readonly Skipped[]
}

export interface FieldOptions {
  /** Of our own node, built. */
  readonly cli: string
  readonly say: (line: string) => void
  readonly undoing: Undoing
}

export async function startField(options: FieldOptions): Promise<Field> {
  const receiver = startUndone('receiver', options)
  const sender = startUndone('sender', options)
  const { url } = await receiver.hear<Ready>()
  const started = [await startIlpConnector(url, options), await startBareForwarder(url, options), await startOurNode(url, options)]
  return { load: { sender, receiver }, subjects: started.flatMap(({ subjects }) => subjects), skipped: started.flatMap(({ skipped }) => skipped) }
}

interface Started {
  readonly subjects: readonly Subject[]
  readonly skipped: readonly Skipped[]
}

async function startIlpConnector(receiver: string, options: FieldOptions): Promise<Started> {
  const peers = installPeers(options.say)
  options.undoing.add(peers.stop)
  const installed = await peers.done
  if ('failed' in installed) return { subjects: [], skipped: [{ name: 'ilp-connector', why: installed.failed }] }
  const child = startUndone('ilpConnector', options, { folder: installed.folder, receiver, token: TOKEN })
  return { subjects: [await subjectOf('ilp-connector', child)], skipped: [] }
}

async function startBareForwarder(receiver: string, options: FieldOptions): Promise<Started> {
  return { subjects: [await subjectOf('bare forwarder', startUndone('bareForwarder', options, { receiver }))], skipped: [] }
}

async function startOurNode(receiver: string, { cli, undoing }: FieldOptions): Promise<Started> {
  const why = whyNotOurs(cli)
  if (why !== undefined) return { subjects: [], skipped: [{ name: 'ilp-node', why }] }
  const node = startOurs(cli, receiver)
  undoing.add(node.stop)
  const ready = { ...(await node.ready), token: TOKEN }
  return {
    subjects: [
      { name: 'ilp-node', ...ready, ids: false },
      { name: 'ilp-node, ids', ...ready, ids: true },
    ],
    skipped: [],
  }
}

function startUndone(name: string, { undoing }: FieldOptions, argument?: unknown): Child {
  const child = startChild(name, argument)
  undoing.add(child.stop)
  return child
}

async function subjectOf(name: SubjectName, child: Child): Promise<Subject> {
  const { url } = await child.hear<Ready>()
  return { name, pid: child.pid, url, token: TOKEN, ids: false }
}
