/** The certificate that the farms show: its time, and the name that others reach us by. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { NodeConfig } from '../config/config.ts'
import { type Finding, fault, note } from './finding.ts'

const CHECK = 'certificate'
const SOON_MS = 14 * 86_400_000

/** `at`: Unix ms. One that the node signs itself is made anew in time. */
export function checkCertificate({ tls, publicUrl, host }: NodeConfig, at: number): Finding[] {
  if (tls.kind !== 'files') return []
  const { cert: file } = tls
  const certificate = new X509Certificate(readFileSync(file))
  const findings = [...checkTime(certificate, file, at), ...checkName(certificate, file, nameOf(publicUrl, host))]
  return findings.length > 0 ? findings : [note(CHECK, `good until ${new Date(certificate.validTo).toISOString().slice(0, 10)}`)]
}

function checkTime({ validFrom, validTo }: X509Certificate, file: string, at: number): Finding[] {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  if (at < from) return [fault(CHECK, `${file} is good only from ${validFrom}`, 'set the clock of this machine right, or take a certificate that is good now')]
  if (at >= to) return [fault(CHECK, `${file} has expired, on ${validTo}`, 'renew it, write it there, and start the node again')]
  if (at >= to - SOON_MS) return [fault(CHECK, `${file} expires on ${validTo}`, 'renew it, write it there, and start the node again')]
  return []
}

function checkName(certificate: X509Certificate, file: string, name: string | undefined): Finding[] {
  if (name === undefined) return []
  const found = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)
  if (found !== undefined) return []
  const others = certificate.subjectAltName ?? certificate.subject
  return [fault(CHECK, `${file} is for another name than ${name}: ${others}`, `take a certificate for ${name}, or set publicUrl to a name that it is for`)]
}

/** What others reach us by; undefined where nothing says it. */
function nameOf(publicUrl: string | undefined, host: string): string | undefined {
  if (publicUrl !== undefined) return new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  return host === '0.0.0.0' || host === '::' ? undefined : host
}
