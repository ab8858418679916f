import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { certificateFor } from '../../../src/node/certificate.ts'
import { type CertificateTexts, readAuthority, readCertificate } from '../../../src/node/pemFiles.ts'
import { LOCALHOST } from '../../fixtures/certificates.ts'
import { fileOf, refusal } from '../../fixtures/files.ts'

const root = mkdtempSync(join(tmpdir(), 'ilp-certificate-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const NAMES = ['localhost', '127.0.0.1', '::1', 'hub.example']
const DAY_MS = 86_400_000
const NOW = Date.now()

const certificateIn = (folder: string, { names = NAMES, now = NOW } = {}): Promise<CertificateTexts> =>
  certificateFor({ dataDir: join(root, folder), names, now })

/** What the server says to a client that trusts `ca` alone and asks for `servername`. */
async function talk(own: CertificateTexts, { ca, servername }: { readonly ca: string; readonly servername: string }): Promise<string> {
  const server = createServer(own, (socket) => socket.end('hello')).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca, servername })
    let heard = ''
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text
    })
    await once(socket, 'close')
    return heard
  } finally {
    server.close()
  }
}

describe("a node's own certificate", () => {
  test('a client that trusts it, and no other → reads over TLS', async () => {
    const own = await certificateIn('talk')
    for (const servername of ['localhost', 'hub.example']) expect(await talk(own, { ca: own.cert, servername })).toBe('hello')
    await expect(talk(own, { ca: own.cert, servername: 'elsewhere.example' })).rejects.toThrow('Hostname/IP does not match')
    await expect(talk(own, { ca: LOCALHOST.cert, servername: 'localhost' })).rejects.toThrow('self-signed certificate')
  })

  test('made → on P-256, for all names and ten years, the key for its owner only', async () => {
    const { cert, key } = await certificateIn('made')
    const certificate = new X509Certificate(cert)
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:hub.example')
    expect(Date.parse(certificate.validFrom)).toBeLessThan(NOW)
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(NOW + 3_649 * DAY_MS)
    expect(readFileSync(join(root, 'made', 'tls-cert.pem'), 'utf8')).toBe(cert)
    expect(readFileSync(join(root, 'made', 'tls-key.pem'), 'utf8')).toBe(key)
    expect(statSync(join(root, 'made', 'tls-key.pem')).mode & 0o777).toBe(0o600)
  })

  test('asked for again, with the same names or fewer → the same', async () => {
    const first = await certificateIn('again')
    expect(await certificateIn('again')).toEqual(first)
    expect(await certificateIn('again', { names: ['localhost', '::1'], now: NOW + 3_000 * DAY_MS })).toEqual(first)
  })

  test.each([
    ['a name more', { names: [...NAMES, 'new.example'] }],
    ['an address more', { names: [...NAMES, '192.0.2.1'] }],
    ['almost expired', { now: NOW + 3_630 * DAY_MS }],
    ['expired', { now: NOW + 4_000 * DAY_MS }],
    ['made by a clock that was ahead', { now: NOW - 10 * DAY_MS }],
  ])('%s → a new one, which serves', async (name, options) => {
    const first = await certificateIn(name)
    const second = await certificateIn(name, options)
    expect(second.cert).not.toBe(first.cert)
    expect(await certificateIn(name, options)).toEqual(second)
  })

  test.each([
    ['no key', 'tls-key.pem', ''],
    ["another's key", 'tls-key.pem', LOCALHOST.key],
    ['half a certificate', 'tls-cert.pem', LOCALHOST.cert.slice(0, 200)],
  ])('%s → a new one, its key for its owner only', async (name, file, content) => {
    const first = await certificateIn(name)
    rmSync(join(root, name, file))
    if (content !== '') writeFileSync(join(root, name, file), content)
    const second = await certificateIn(name)
    expect(second.cert).not.toBe(first.cert)
    expect(await certificateIn(name)).toEqual(second)
    expect(statSync(join(root, name, 'tls-key.pem')).mode & 0o777).toBe(0o600)
  })

  test('a dataDir that cannot be used → says so', async () => {
    mkdirSync(join(root, 'wrong', 'tls-key.pem'), { recursive: true })
    await expect(certificateIn('wrong')).rejects.toThrow(/^dataDir: .*tls-key.pem cannot be read \(EISDIR\); give a folder that this user may write$/)
    writeFileSync(join(root, 'file'), '')
    await expect(certificateIn('file')).rejects.toThrow(/^dataDir: .*file cannot be made \(EEXIST\); /)
  })
})

describe('certificates of files', () => {
  test('a pair → its texts; one alone as an authority → its text', () => {
    const [cert, key] = [fileOf('cert.pem', LOCALHOST.cert), fileOf('key.pem', LOCALHOST.key)]
    expect(readCertificate({ cert, key })).toEqual(LOCALHOST)
    expect(readAuthority(cert)).toBe(LOCALHOST.cert)
  })

  test('none there, or something else → says so', () => {
    const none = fileOf('none.pem')
    expect(refusal(() => readAuthority(none))).toBe('none.pem: there is no such file; give the path of a certificate in PEM')
    expect(refusal(() => readCertificate({ cert: fileOf('cert.pem', LOCALHOST.cert), key: none }))).toBe(
      'none.pem: there is no such file; give the path of a private key in PEM',
    )
    expect(refusal(() => readAuthority(fileOf('key.pem', LOCALHOST.key)))).toBe(
      'key.pem: is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----',
    )
  })
})
