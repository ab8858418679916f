/** Files that people give us, read whole and bounded: whatever they are, the answer is text or a UsageError. */
import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { UsageError } from './usageError.ts'

const CHUNK_BYTES = 1 << 20

interface TextFileOptions {
  /** What it should be: `a scenario`. */
  readonly what: string
  readonly maxBytes: number
}

/** Without a byte order mark. Pipes are read too, up to the bound. */
export function readTextFile(file: string, { what, maxBytes }: TextFileOptions): string {
  const bytes = readBytes(file, { what, maxBytes })
  if (!isUtf8(bytes)) throw new UsageError({ file, what: 'is not UTF-8 text', todo: `save ${what} as UTF-8` })
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  if (text.trim() === '') throw new UsageError({ file, what: 'is empty', todo: `it should be ${what}` })
  const nul = text.indexOf('\0')
  if (nul >= 0) throw new UsageError({ file, line: lineAt(text, nul), what: 'has a NUL byte', todo: `${what} is plain text` })
  return text
}

function readBytes(file: string, { what, maxBytes }: TextFileOptions): Buffer {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'r')
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) throw new UsageError({ file, what: 'is a directory', todo: `give the file that holds ${what}` })
    if (stat.size > maxBytes) throw tooLarge(file, { what, maxBytes })
    const chunks: Buffer[] = []
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const length = readSync(descriptor, chunk)
      if (length === 0) return Buffer.concat(chunks)
      total += length
      if (total > maxBytes) throw tooLarge(file, { what, maxBytes })
      chunks.push(chunk.subarray(0, length))
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError({ file, what: reasonOf(error), todo: `give the path of ${what}` })
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function tooLarge(file: string, { what, maxBytes }: TextFileOptions): UsageError {
  return new UsageError({ file, what: `is larger than ${maxBytes / 1_048_576} MiB`, todo: `that is the most that is read as ${what}` })
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read'
  return `cannot be read (${code})`
}

/** Counted from 1. */
function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}
