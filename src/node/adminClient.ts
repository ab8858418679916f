/** How the commands reach the admin port of a node that runs: where it is, what it has to be shown, and what it answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { UsageError } from '../files/usageError.ts'
import { BAD_USAGE } from '../terminal/program.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { adminUrl, isAdminOverTls } from './admin/listen.ts'
import { certificateFiles } from './certificate.ts'
import { type NodeConfig, readConfig } from './config/config.ts'

export interface AdminOptions {
  readonly config?: string
  readonly admin?: string
  readonly json?: boolean
}

export interface AdminPort {
  readonly url: string
  readonly token: string | undefined
  /** Undefined: as fetch does it. */
  readonly tls: { readonly ca: string; readonly servername: string | undefined } | undefined
}

const FAILED = 1
const DEFAULT_ADMIN = 'http://127.0.0.1:8400'
/** A withdrawal gathers for seconds, and a thread that died is waited for. */
const TIMEOUT_MS = 30_000
const TOKEN_VARIABLE = 'ILP_NODE_ADMIN_TOKEN'

/** Throws UsageError where the flags do not say it. */
export function adminPort({ config: file, admin }: AdminOptions, environment: NodeJS.ProcessEnv = process.env): AdminPort {
  if (file !== undefined && admin !== undefined) throw new UsageError({ key: '--admin', what: 'stands beside --config', todo: 'give one of them' })
  const shown = environment[TOKEN_VARIABLE]
  if (file !== undefined) return portOf(readConfig(file), file, shown)
  if (admin === undefined) return { url: DEFAULT_ADMIN, token: shown, tls: undefined }
  if (!URL.canParse(admin) || !/^https?:$/.test(new URL(admin).protocol)) {
    throw new UsageError({ key: '--admin', what: `'${admin}' is not a url`, todo: `write it like ${DEFAULT_ADMIN}` })
  }
  return { url: admin.replace(/\/+$/, ''), token: shown, tls: undefined }
}

function portOf(config: NodeConfig, file: string, shown: string | undefined): AdminPort {
  const { adminPort: port, adminToken, publicUrl } = config
  if (port === 0) {
    throw new UsageError({ file, key: 'adminPort', what: 'is 0, any free port', todo: 'give --admin with the url that ilp-node up printed' })
  }
  const url = adminUrl(config, port)
  const token = shown ?? adminToken
  if (!isAdminOverTls(config)) return { url, token, tls: undefined }
  // On this machine it is reached by an address that a certificate from elsewhere does not name.
  const servername = config.tls.kind === 'files' && publicUrl !== undefined ? new URL(publicUrl).hostname : undefined
  return { url, token, tls: { ca: certificateOf(config), servername } }
}

function certificateOf({ tls, dataDir }: NodeConfig): string {
  const file = tls.kind === 'files' ? tls.cert : join(dataDir, certificateFiles.cert)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError({ file, what: 'cannot be read', todo: 'start the node once, or give --admin' })
  }
}

export interface Failure {
  /** Of an answer; undefined where there was none. */
  readonly status?: number
  readonly what: string
}

export type Asked<T> = { readonly value: T } | Failure

export interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: unknown
}

export async function ask<T>(admin: AdminPort, path: string, schema: z.ZodType<T>, question: Question = {}): Promise<Asked<T>> {
  const { url } = admin
  let answer: { readonly status: number; readonly text: string }
  try {
    answer = await send(admin, path, question)
  } catch (error) {
    return { what: `${url} does not answer (${reasonOf(error)}); is the node running? start it with ilp-node up, or give its own --config or --admin` }
  }
  const { status, text } = answer
  if (status === 401) return { status, what: `${url} wants its adminToken: give --config, or set ${TOKEN_VARIABLE}` }
  if (status !== 200 && status !== 201) return { status, what: `${url}${path} answered ${status}: ${messageIn(text)}` }
  const parsed = schema.safeParse(jsonIn(text))
  return parsed.success ? { value: parsed.data } : { what: `${url} does not answer like the admin port of an ilp-node; give its own --config or --admin` }
}

async function send({ url, token, tls }: AdminPort, path: string, { method = 'GET', body }: Question): Promise<{ status: number; text: string }> {
  const { ca, servername } = tls ?? {}
  const agent = new Agent({ connect: { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) } })
  try {
    const response = await request(`${url}${path}`, {
      method,
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.statusCode, text: await response.body.text() }
  } finally {
    await agent.destroy()
  }
}

/** Returns the exit code. What was wrong with the question is bad usage. */
export function failed({ status, what }: Failure, { stderr }: Pick<Terminal, 'stderr'>): number {
  stderr.write(`${what}\n`)
  return status === 400 ? BAD_USAGE : FAILED
}

/** The answer as it came, or in words. Returns the exit code. */
export function tell<T>(answer: Asked<T>, { json = false }: Pick<AdminOptions, 'json'>, terminal: Terminal, inWords: (value: T) => string): number {
  if (!('value' in answer)) return failed(answer, terminal)
  terminal.stdout.write(json ? `${JSON.stringify(answer.value, null, 2)}\n` : inWords(answer.value))
  return 0
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MESSAGE = z.object({ message: z.string() })
const MAX_MESSAGE = 2_000

function messageIn(text: string): string {
  const parsed = MESSAGE.safeParse(jsonIn(text))
  return (parsed.success ? parsed.data.message : text.trim().slice(0, 200)).slice(0, MAX_MESSAGE)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `within ${TIMEOUT_MS / 1000} s`
  return 'code' in error ? String(error.code) : error.message
}
