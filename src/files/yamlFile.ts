/** A YAML file as plain values, with the line of every key, so that an error about a value can say where it stands. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml'
import { readTextFile } from './textFile.ts'
import { UsageError } from './usageError.ts'

/** A scenario is a page of text. */
const MAX_YAML_BYTES = 1_048_576

type YamlPath = readonly (string | number)[]

export interface YamlFile {
  readonly file: string
  readonly text: string
  /** The top level. */
  readonly value: Readonly<Record<string, unknown>>
  /** The line of the deepest key of `path` that the file has, and how many steps of the path lead there. */
  readonly locate: (path: YamlPath) => { readonly line: number; readonly depth: number }
}

export function readYamlFile(file: string, what: string): YamlFile {
  const text = readTextFile(file, { what, maxBytes: MAX_YAML_BYTES })
  const lineCounter = new LineCounter()
  const { document, value } = parsed(file, text, lineCounter)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError({ file, line: 1, what: 'is not a map of keys', todo: `it should be ${what}` })
  }
  return { file, text, value: value as Record<string, unknown>, locate: (path) => locate(document, { path, lineCounter }) }
}

const TOO_DEEP = { what: 'is nested too deeply', todo: 'write it flatter' }

function parsed(file: string, text: string, lineCounter: LineCounter): { readonly document: Document.Parsed; readonly value: unknown } {
  let document: Document.Parsed | undefined
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false })
    const [error] = document.errors
    if (error !== undefined) throw new UsageError({ file, line: lineCounter.linePos(error.pos[0]).line, ...describe(error, text) })
    refuseProto(document, { file, lineCounter })
    return { document, value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    if (error instanceof UsageError) throw error
    // The parser recurses, and expands aliases: too deep is a RangeError, too many are a ReferenceError.
    if (error instanceof RangeError) throw new UsageError({ file, ...TOO_DEEP })
    if (error instanceof ReferenceError) throw new UsageError({ file, what: error.message, todo: 'use fewer aliases, and only of anchors above them' })
    throw error
  }
}

function describe(error: YAMLError, text: string): { readonly key?: string; readonly what: string; readonly todo: string } {
  const rest = text.slice(error.pos[0])
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\s]+)/.exec(rest)?.[1] ?? ''
    return { key, what: 'stands twice in the same map', todo: 'rename or remove one of them' }
  }
  if (error.message.includes('call stack')) return TOO_DEEP
  if (error.code === 'MULTIPLE_DOCS') return { what: 'a second document begins', todo: 'a file holds one; remove the line ---' }
  return { what: `is not YAML: ${error.message.split('\n')[0] ?? error.code}`, todo: 'look at the indentation, colons and quotes here and above' }
}

/** `__proto__` is no name: as the key of an object it would vanish. */
function refuseProto(document: Document.Parsed, { file, lineCounter }: { readonly file: string; readonly lineCounter: LineCounter }): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '__proto__')
        throw new UsageError({ file, line: lineOf(key, lineCounter), key: '__proto__', what: 'is not a name', todo: 'rename it' })
    },
  })
}

function locate(document: Document.Parsed, { path, lineCounter }: { readonly path: YamlPath; readonly lineCounter: LineCounter }) {
  let node: unknown = document.contents
  let line = 1
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
      if (pair === undefined) return { line, depth }
      line = lineOf(pair.key as Node, lineCounter)
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step]
      line = lineOf(node as Node, lineCounter)
    } else return { line, depth }
  }
  return { line, depth: path.length }
}

function lineOf(node: Node, lineCounter: LineCounter): number {
  return lineCounter.linePos(node.range?.[0] ?? 0).line
}
