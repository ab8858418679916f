import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readYamlFile, type YamlFile } from '../../../src/files/yamlFile.ts'
import { emptyFile, fileOf, refusal } from '../../fixtures/files.ts'

const read = (content: string | Buffer): YamlFile => readYamlFile(fileOf('f.yaml', content), 'a page')
const error = (content: string | Buffer): string => refusal(() => read(content))

describe('a good file', () => {
  test('maps and lists → plain values, and the line of every key', () => {
    const { value, locate } = read('a: 1\nb:\n  - {c: 2}\n  - d: 3\n    e: 4\n')
    expect(value).toEqual({ a: 1, b: [{ c: 2 }, { d: 3, e: 4 }] })
    expect(locate(['b', 1, 'e'])).toEqual({ line: 5, depth: 3 })
    expect(locate(['b', 1, 'none', 'deeper'])).toEqual({ line: 4, depth: 2 })
    expect(locate(['none'])).toEqual({ line: 1, depth: 0 })
  })

  test('an alias → the line of what it stands for', () => {
    expect(read('a: &x\n  b: 1\nc: *x\n').locate(['c', 'b'])).toEqual({ line: 2, depth: 2 })
  })

  test('CRLF and a byte order mark → the same', () => {
    expect(read('\uFEFFa: 1\r\nb: 2\r\n').value).toEqual({ a: 1, b: 2 })
  })
})

describe('a bad file', () => {
  test.each<[string, string | Buffer, string]>([
    ['a NUL byte', 'question: a\nduration: \0', 'f.yaml:2: has a NUL byte; a page is plain text'],
    ['only spaces', ' \n\n', 'f.yaml: is empty; it should be a page'],
    ['only a comment', '# nothing', 'f.yaml:1: is not a map of keys; it should be a page'],
    ['a list', '- a', 'f.yaml:1: is not a map of keys; it should be a page'],
    ['100 MB', Buffer.alloc(100_000_000, 'a'), 'f.yaml: is larger than 1 MiB; that is the most that is read as a page'],
    [
      'an alias of nothing',
      'question: *x',
      'f.yaml: Unresolved alias (the anchor must be set before the alias): x; use fewer aliases, and only of anchors above them',
    ],
    ['20,000 brackets', '['.repeat(20_000), 'f.yaml:1: is nested too deeply; write it flatter'],
  ])('%s → says so', (_, content, message) => {
    expect(error(content)).toBe(message)
  })

  test('aliases of aliases of aliases → refused, not expanded', () => {
    const lists = Array.from({ length: 12 }, (_, i) => `k${i + 1}: &a${i + 1} [${Array(12).fill(`*a${i}`).join(', ')}]`)
    expect(error(`k0: &a0 [x]\n${lists.join('\n')}`)).toBe(
      'f.yaml: Excessive alias count indicates a resource exhaustion attack; use fewer aliases, and only of anchors above them',
    )
  })

  test('empty, missing, a directory → says which', () => {
    expect(refusal(() => readYamlFile(emptyFile('empty.yaml'), 'a page'))).toBe('empty.yaml: is empty; it should be a page')
    expect(refusal(() => readYamlFile(fileOf('none.yaml'), 'a page'))).toBe('none.yaml: there is no such file; give the path of a page')
    mkdirSync(fileOf('folder.yaml'))
    expect(refusal(() => readYamlFile(fileOf('folder.yaml'), 'a page'))).toBe('folder.yaml: is a directory; give the file that holds a page')
  })
})
