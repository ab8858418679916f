/** The load and the connectors under test, started. */
import { createHmac } from 'node:crypto'
import { type Child, startChild } from './children.ts'
import type { Load } from './measure.ts'
import type { Ready } from './messages.ts'
import { startOurs, whyNotOurs } from './ours.ts'
import { installPeers } from './peers.ts'
import type { Skipped } from './results.ts'
import { type Subject, type SubjectName, TOKEN } from './subject.ts'
import type { Undoing } from './undoing.ts'

const JWT_LIFE_S = 86_400

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
  const given = { folder: installed.folder, receiver, token: TOKEN }
  const plain = await subjectOf('ilp-connector', startUndone('ilpConnector', options, { ...given, jwt: false }))
  const signed = await subjectOf('ilp-connector, JWT', startUndone('ilpConnector', options, { ...given, jwt: true }))
  return { subjects: [plain, { ...signed, token: jwtOf(TOKEN) }], skipped: [] }
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

/** RFC 7519, HS256; as ilp-plugin-http makes them, good for longer than the bench lasts. */
function jwtOf(secret: string): string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iat, exp: iat + JWT_LIFE_S })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

async function subjectOf(name: SubjectName, child: Child): Promise<Subject> {
  const { url } = await child.hear<Ready>()
  return { name, pid: child.pid, url, token: TOKEN, ids: false }
}
