/** Secrets that the node keeps on disk are sealed under a key in dataDir that only its user may read. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../files/usageError.ts'
import { cannotBe } from '../dataDir.ts'

export interface Seal {
  readonly seal: (secret: string) => string
  /** Undefined: it was sealed under another key, or changed since. */
  readonly open: (sealed: string) => string | undefined
}

const CIPHER = 'aes-256-gcm'
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16]
const VERSION = 'sealed1:'

export function sealKeyFile(dataDir: string): string {
  return join(dataDir, 'seal.key')
}

/** Makes the key where there is none. Throws UsageError where it cannot be had. */
export function sealIn(dataDir: string): Seal {
  const key = keyIn(sealKeyFile(dataDir))
  return {
    seal: (secret) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce)
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
    },
    open: (sealed) => {
      if (!sealed.startsWith(VERSION)) return undefined
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)]
      try {
        const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAuthTag(tag)
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

function keyIn(file: string): Buffer {
  if (!existsSync(file)) makeKey(file)
  let key: Buffer
  try {
    key = Buffer.from(readFileSync(file, 'latin1').trim(), 'base64url')
  } catch (error) {
    throw cannotBe('read', file, error)
  }
  if (key.length === KEY_BYTES) return key
  throw new UsageError({ file, what: 'is not a key', todo: 'restore it from a backup: without it the tokens in accounts.json cannot be read' })
}

function makeKey(file: string): void {
  try {
    writeFileSync(`${file}.new`, `${randomBytes(KEY_BYTES).toString('base64url')}\n`, { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw cannotBe('written', file, error)
  }
}
