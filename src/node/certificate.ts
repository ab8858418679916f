/** The certificate that a node signs itself, where its configuration names none. Kept in dataDir: peers trust this very one. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { cannotBe, makeFolder } from './dataDir.ts'
import type { CertificateTexts } from './pemFiles.ts'

export interface OwnCertificateOptions {
  readonly dataDir: string
  /** Hosts and addresses that the node is reached by (`certificateNames`). */
  readonly names: readonly string[]
  /** Unix ms. */
  readonly now: number
}

/** In dataDir. */
export const certificateFiles = { cert: 'tls-cert.pem', key: 'tls-key.pem' }

/** Others cannot be named in a certificate. */
const HOST = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/

const DAY_MS = 86_400_000
const LIFE_MS = 3_650 * DAY_MS
/** One that ends sooner is made anew: a node may run for as long. */
const LEAST_LEFT_MS = 30 * DAY_MS
/** For peers whose clocks are behind. */
const BACKDATED_MS = DAY_MS

/** The one in dataDir as long as it serves, otherwise a new one. Throws UsageError where dataDir cannot be used. */
export async function certificateFor({ dataDir, names, now }: OwnCertificateOptions): Promise<CertificateTexts> {
  const files = { cert: join(dataDir, certificateFiles.cert), key: join(dataDir, certificateFiles.key) }
  makeFolder(dataDir)
  const kept = { cert: keptIn(files.cert), key: keptIn(files.key) }
  if (serves(kept, { names, now })) return kept
  const made = await selfSigned(names, now)
  // The key first: a certificate without its key is made anew.
  write(files.key, { text: made.key, mode: 0o600 })
  write(files.cert, { text: made.cert, mode: 0o644 })
  return made
}

/** What a node is reached by: this machine, where it listens, and the host that it tells others. */
export function certificateNames({ host, publicUrl }: { readonly host: string; readonly publicUrl: string | undefined }): string[] {
  const told = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')]
  const names = ['localhost', '127.0.0.1', '::1', host, ...told, hostname()].map((name) => name.toLowerCase())
  return [...new Set(names)].filter((name) => (isIP(name) === 0 ? HOST.test(name) : !name.includes('%')))
}

function keptIn(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw cannotBe('read', file, error)
  }
}

function serves({ cert, key }: CertificateTexts, { names, now }: Omit<OwnCertificateOptions, 'dataDir'>): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const isTimely = Date.parse(certificate.validFrom) <= now && now + LEAST_LEFT_MS < Date.parse(certificate.validTo)
    const isNamed = (name: string): boolean => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
    return isTimely && names.every(isNamed) && certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

async function selfSigned(names: readonly string[], now: number): Promise<CertificateTexts> {
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'ilp-node' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - BACKDATED_MS),
    notAfterDate: new Date(now + LIFE_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })) },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** Whole or not at all. */
function write(file: string, { text, mode }: { readonly text: string; readonly mode: number }): void {
  try {
    writeFileSync(`${file}.new`, text, { mode, flush: true })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw cannotBe('written', file, error)
  }
}
