import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { traceFile } from '../../../../sim/experiment/traceFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'ilp-trace-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a long trace → goes to the file as it is written, and not all at the end', () => {
  const path = join(folder, 'made', 'trace.ndjson')
  const file = traceFile(path)
  const line = 'ü'.repeat(1_000)
  for (let i = 0; i < 3_000; i++) file.write(line)
  expect(statSync(path).size).toBeGreaterThan(4_000_000)
  file.close()
  expect(readFileSync(path, 'utf8')).toBe(`${line}\n`.repeat(3_000))
})

test('written again → only what is new', () => {
  const path = join(folder, 'again.ndjson')
  for (const text of ['a longer first', 'second']) {
    const file = traceFile(path)
    file.write(text)
    file.close()
  }
  expect(readFileSync(path, 'utf8')).toBe('second\n')
})

test('where nothing can be written → says which path, and why', () => {
  expect(() => traceFile('package.json/trace')).toThrow(/^--trace: package\.json\/trace cannot be written \(E\w+\)/)
})
