/**
 * A trace on its way to a file. A run is one synchronous stretch, so a stream would pile the whole trace up in memory;
 * this writes a chunk at a time, and waits for it.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from '../../src/files/usageError.ts'

const CHUNK_CHARACTERS = 1 << 20

export interface TraceFile {
  readonly write: (line: string) => void
  readonly close: () => void
}

/** Replaces what the file held. */
export function traceFile(path: string): TraceFile {
  const descriptor = open(path)
  let lines: string[] = []
  let characters = 0
  const flush = () => {
    const bytes = Buffer.from(lines.join(''))
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    lines = []
    characters = 0
  }
  return {
    write: (line) => {
      lines.push(line, '\n')
      characters += line.length + 1
      if (characters >= CHUNK_CHARACTERS) flush()
    },
    close: () => {
      flush()
      closeSync(descriptor)
    },
  }
}

function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'w')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError({ key: '--trace', what: `${path} cannot be written (${reason})`, todo: 'give a path that you may write to' })
  }
}
