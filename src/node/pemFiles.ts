/** Certificates and keys in PEM files: what people give us is read and judged before it is used. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readTextFile } from '../files/textFile.ts'
import { UsageError } from '../files/usageError.ts'

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** PEM. */
export interface CertificateTexts {
  readonly cert: string
  readonly key: string
}

/** A chain of certificates is some kB. */
const MAX_PEM_BYTES = 1_048_576

/** Throws UsageError: a file is missing, is something else, or the key is another certificate's. */
export function readCertificate({ cert, key }: CertificateFiles): CertificateTexts {
  const texts = { cert: readPem(cert, 'a certificate'), key: readPem(key, 'a private key') }
  const certificate = certificateIn(texts.cert, cert)
  if (!certificate.checkPrivateKey(keyIn(texts.key, key))) {
    throw new UsageError({ file: key, what: `is not the key of the certificate in ${cert}`, todo: 'give the two that were made together' })
  }
  return texts
}

/** The certificate of an authority, or one that signed itself. Throws UsageError. */
export function readAuthority(file: string): string {
  const text = readPem(file, 'a certificate')
  certificateIn(text, file)
  return text
}

function readPem(file: string, what: string): string {
  return readTextFile(file, { what: `${what} in PEM`, maxBytes: MAX_PEM_BYTES })
}

function certificateIn(text: string, file: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch {
    throw new UsageError({ file, what: 'is not a certificate in PEM', todo: 'it begins with -----BEGIN CERTIFICATE-----' })
  }
}

function keyIn(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch {
    // Both forms say so in their headers; the error's code differs between Node versions.
    if (text.includes('ENCRYPTED')) {
      throw new UsageError({ file, what: 'is locked with a passphrase', todo: 'write it without one: openssl pkey -in FILE -out NEW' })
    }
    throw new UsageError({ file, what: 'is not a private key in PEM', todo: 'it begins with -----BEGIN PRIVATE KEY-----' })
  }
}
