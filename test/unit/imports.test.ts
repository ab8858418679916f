/**
 * Holds the rooms to DESIGN.md, section 6: which may import which, and which words may not be said in the pure ones.
 * The last tests plant what must be caught.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * A room, and the rooms that it may import besides itself. A folder is a room; so is a file that lies between folders,
 * and sim/experiment/figures.ts, the plain data that a world hands to the experiments.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/wire': ['src/core'],
  'src/files': ['src/core'],
  'src/terminal': ['src/files', 'src/core'],
  'src/pump.ts': ['src/wire', 'src/core'],
  'src/store': ['src/pump.ts', 'src/wire', 'src/core'],
  'src/https': ['src/pump.ts', 'src/wire', 'src/core'],
  'src/ledgers': ['src/pump.ts', 'src/wire', 'src/core'],
  'src/node': ['src/https', 'src/store', 'src/ledgers', 'src/terminal', 'src/files', 'src/pump.ts', 'src/wire', 'src/core'],
  'src/client': ['src/https', 'src/store', 'src/ledgers', 'src/terminal', 'src/files', 'src/pump.ts', 'src/wire', 'src/core'],
  ...simRooms(),
}

function simRooms(): Record<string, string[]> {
  const outside = ['src/files', 'src/pump.ts', 'src/wire', 'src/core']
  const leaves = ['sim/experiment/figures.ts']
  const world = ['sim/workload', 'sim/check', 'sim/faults', ...leaves]
  const searches = ['sim/world', ...world]
  const all = ['sim/experiment', 'sim/report', 'sim/fuzz', 'sim/explore', 'sim/mutants', 'sim/admission', ...searches]
  const inside: Record<string, string[]> = {
    'sim/experiment/figures.ts': [],
    'sim/workload': leaves,
    'sim/check': ['sim/workload', ...leaves],
    'sim/faults': ['sim/workload', ...leaves],
    'sim/world': world,
    'sim/admission': searches,
    'sim/fuzz': searches,
    'sim/mutants': [],
    'sim/explore': searches,
    'sim/experiment': searches,
    'sim/report': ['src/terminal', 'sim/experiment', ...leaves],
    sim: ['src/terminal', ...all],
  }
  return Object.fromEntries(Object.entries(inside).map(([room, rooms]) => [room, [...rooms, ...outside]]))
}

/** What a room may import from outside the repository; rooms that are not named here may import anything. */
const MAY_IMPORT_FROM_OUTSIDE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'src/core': { 'node:crypto': ['hash'] },
  'src/wire': {},
  'src/pump.ts': {},
}

/** The rooms that are given time and chance, and never look for them. */
const DETERMINISTIC = ['src/core', 'src/wire', 'src/files', 'src/pump.ts', 'sim/world', 'sim/workload', 'sim/check', 'sim/faults', 'sim/experiment/figures.ts']
const TIME_AND_CHANCE = ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'WeakRef', 'FinalizationRegistry', 'Intl']
const WORLD = ['process', 'Promise', 'console', 'fetch', 'globalThis', 'crypto', 'require', 'Worker', ...TIME_AND_CHANCE]
/** Members that differ between runs, machines or Node versions. */
const MEMBERS = ['Math.random', 'Math.pow', 'process.hrtime', 'crypto.randomBytes', 'crypto.randomUUID']
const LOCALE_METHODS = ['localeCompare', 'toLocaleString', 'toLocaleUpperCase', 'toLocaleLowerCase']
/** From where chance could be imported instead. */
const CHANCE_MODULES = ['node:timers', 'node:timers/promises', 'node:perf_hooks', 'node:async_hooks']
const CHANCE_IMPORTS = ['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync', 'webcrypto']

interface Import {
  readonly module: string
  readonly names: readonly string[]
}

/** `src/core/book/hot.ts` → `src/core`; undefined for a file that belongs to no room of DESIGN.md. */
function roomOf(path: string): string | undefined {
  if (path in MAY_IMPORT) return path
  const [top, second] = path.split('/')
  const room = `${top}/${second}`
  if (room in MAY_IMPORT) return room
  return top === 'sim' && second?.endsWith('.ts') ? 'sim' : undefined
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1)
}

/** Each rule that this file breaks, as a sentence. */
function wrongIn(path: string, text: string): string[] {
  const room = roomOf(path)
  if (room === undefined) return [`${path} lies in no room of DESIGN.md, section 6`]
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  return [...wrongImports(path, room, importsOf(source)), ...wrongWords(path, room, source)]
}

function wrongImports(path: string, room: string, imports: readonly Import[]): string[] {
  return imports.flatMap(({ module, names }) => {
    if (module.startsWith('.')) {
      const target = roomOf(resolve(path, module))
      const allowed = target !== undefined && (target === room || MAY_IMPORT[room]?.includes(target))
      return allowed ? [] : [`${path} imports ${module}: ${room} may not import ${target ?? 'what is in no room'}`]
    }
    const outside = MAY_IMPORT_FROM_OUTSIDE[room]
    if (outside !== undefined) {
      const wrong = outside[module] === undefined ? [module] : names.filter((name) => !outside[module]?.includes(name))
      return wrong.map((what) => `${path} imports ${what} of ${module}: ${room} may not`)
    }
    if (!DETERMINISTIC.includes(room)) return []
    const wrong = CHANCE_MODULES.includes(module) ? [module] : names.filter((name) => CHANCE_IMPORTS.includes(name))
    return wrong.map((what) => `${path} imports ${what} of ${module}: ${room} is given time and chance`)
  })
}

/** All of them: static, type-only, re-exported, dynamic, and `new URL('./x', import.meta.url)`. */
function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ module: node.moduleSpecifier.text, names: namesOf(node.importClause) })
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ module: node.moduleSpecifier.text, names: ['*'] })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      found.push({ module: textOf(node.arguments[0]) ?? 'something computed', names: ['*'] })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push({ module: node.argument.literal.text, names: ['*'] })
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'URL' && node.arguments?.[1]?.getText() === 'import.meta.url') {
      const module = textOf(node.arguments[0])
      if (module?.endsWith('.ts')) found.push({ module, names: ['*'] })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined
}

function namesOf(clause: ts.ImportClause | undefined): string[] {
  if (clause === undefined) return ['*']
  const bindings = clause.namedBindings
  const named = bindings === undefined ? [] : ts.isNamedImports(bindings) ? bindings.elements.map((e) => (e.propertyName ?? e.name).text) : ['*']
  return clause.name === undefined ? named : ['default', ...named]
}

function wrongWords(path: string, room: string, source: ts.SourceFile): string[] {
  if (!DETERMINISTIC.includes(room)) return []
  const pure = room in MAY_IMPORT_FROM_OUTSIDE
  const words = pure ? WORLD : TIME_AND_CHANCE
  const wrong: string[] = []
  const visit = (node: ts.Node): void => {
    const word = wrongWord(node, words, pure)
    if (word !== undefined) wrong.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} says ${word}: ${room} may not`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return wrong
}

function wrongWord(node: ts.Node, words: readonly string[], pure: boolean): string | undefined {
  if (pure && ts.isAwaitExpression(node)) return 'await'
  if (pure && node.kind === ts.SyntaxKind.AsyncKeyword) return 'async'
  if (ts.isPropertyAccessExpression(node)) {
    if (MEMBERS.includes(node.getText())) return node.getText()
    if (LOCALE_METHODS.includes(node.name.text)) return node.name.text
  }
  if (ts.isIdentifier(node) && words.includes(node.text) && !isOnlyAName(node)) return node.text
  const power = node.kind === ts.SyntaxKind.AsteriskAsteriskToken || node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
  return power && !isExactPower(node.parent) ? '**' : undefined
}

/** `x.process`, `{process: 1}`: a member's name, and not the thing itself. */
function isOnlyAName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isQualifiedName(parent)) return parent.right === node
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent) || ts.isMethodDeclaration(parent)) &&
    parent.name === node
  )
}

/** bigint powers are whole numbers, the same everywhere. */
function isExactPower(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && ts.isBigIntLiteral(node.left) && ts.isBigIntLiteral(node.right)
}

function sources(): { path: string; text: string }[] {
  return ['src', 'sim'].flatMap((top) =>
    readdirSync(`${ROOT}${top}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length))
      .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') })),
  )
}

/** The rooms of one circle of imports, or undefined. */
function circleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>()
  const walk = (room: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room]
    if (done.has(room)) return undefined
    for (const next of edges.get(room) ?? []) {
      const circle = walk(next, [...trail, room])
      if (circle !== undefined) return circle
    }
    done.add(room)
    return undefined
  }
  for (const room of edges.keys()) {
    const circle = walk(room, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

function edgesOf(files: readonly { path: string; text: string }[]): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>()
  for (const { path, text } of files) {
    const room = roomOf(path) ?? path
    for (const { module } of importsOf(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true))) {
      const target = module.startsWith('.') ? roomOf(resolve(path, module)) : undefined
      if (target === undefined || target === room) continue
      edges.set(room, (edges.get(room) ?? new Set()).add(target))
    }
  }
  return edges
}

describe('the rooms', () => {
  test('every file of src and sim → imports and words that its room allows', () => {
    const files = sources()
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap(({ path, text }) => wrongIn(path, text))).toEqual([])
  })

  test('all imports together → no circle of rooms', () => {
    expect(circleIn(edgesOf(sources()))).toBeUndefined()
  })
})

describe('what is planted → is caught', () => {
  test.each([
    ['src/core/book/hot.ts', "import { pump } from '../../pump.ts'"],
    ['src/core/thread.ts', "import { parse } from 'yaml'"],
    ['src/core/thread.ts', "import { createHash } from 'node:crypto'"],
    ['src/core/thread.ts', "import * as c from 'node:crypto'"],
    ['src/core/thread.ts', "import type { Plan } from '../../sim/workload/plan.ts'"],
    ['src/core/thread.ts', "export { hash } from 'node:crypto'"],
    ['src/core/thread.ts', "const a: import('../wire/packet.ts').Packet = b"],
    ['src/wire/packet.ts', "import { pump } from '../pump.ts'"],
    ['src/node/worker.ts', "const world = await import('../../sim/world/world.ts')"],
    ['src/pump.ts', "import { claim } from './store/claim.ts'"],
    ['sim/world/world.ts', "import { resultsOf } from '../experiment/results.ts'"],
    ['sim/world/world.ts', "import { reportHtml } from '../report/page.ts'"],
    ['sim/world/store.ts', "import { claim } from '../../src/store/claim.ts'"],
    ['sim/experiment/compare.ts', "import { up } from '../../src/node/up.ts'"],
    ['sim/experiment/compare.ts', "new URL('../../src/https/worker.ts', import.meta.url)"],
    ['sim/world/random.ts', "import { randomBytes } from 'node:crypto'"],
    ['src/files/yamlFile.ts', "import { UsageError } from '../../sim/usageError.ts'"],
    ['src/store/keys.ts', "import { readYamlFile } from '../files/yamlFile.ts'"],
    ['src/helpers/thing.ts', 'export const a = 1'],
  ])('%s: %s', (path, text) => {
    expect(wrongIn(path, text)).toHaveLength(1)
  })

  test.each([
    'const a = Date.now()',
    'const a = new Date()',
    'const a = Math.random()',
    'const a = Math.pow(2, 3)',
    'const a = b ** 2',
    'b **= 2',
    'setTimeout(f, 1)',
    'const a = process.env',
    'async () => 1',
    'let a: Promise<void>',
    'console.log(1)',
    "const a = 'b'.localeCompare('c')",
    'const a = performance.now()',
  ])('the core says: %s', (text) => {
    expect(wrongIn('src/core/thread.ts', text)).toHaveLength(1)
  })

  test('the core awaits → caught', () => {
    expect(wrongIn('src/core/thread.ts', 'const a = await b').join()).toContain('says await')
  })

  test.each(['const a = Math.random()', 'const a = Date.now()', 'const a = 1.5 ** 2'])('the world says: %s', (text) => {
    expect(wrongIn('sim/world/network.ts', text)).toHaveLength(1)
  })

  test('rooms that import each other → the circle', () => {
    const edges = edgesOf([
      { path: 'sim/world/world.ts', text: "import '../check/record.ts'" },
      { path: 'sim/check/record.ts', text: "import '../workload/plan.ts'" },
      { path: 'sim/workload/plan.ts', text: "import type { World } from '../world/world.ts'" },
    ])
    expect(circleIn(edges)).toEqual(['sim/world', 'sim/check', 'sim/workload', 'sim/world'])
  })
})

describe('what is allowed → is not', () => {
  test.each([
    ['src/core/values/condition.ts', "import { hash } from 'node:crypto'"],
    ['src/core/values/amount.ts', 'export const MAX = 2n ** 63n - 1n'],
    ['src/core/thread.ts', '// await the Date: Math.random() ** 2\nconst a = "process.env"'],
    ['src/core/thread.ts', 'const a = { process: 1, Date: 2 }; a.process'],
    ['sim/world/world.ts', "import type { RunFigures } from '../experiment/figures.ts'"],
    ['sim/workload/scenario.ts', "import { readYamlFile } from '../../src/files/yamlFile.ts'"],
    ['sim/cli.ts', "import { randomUUID } from 'node:crypto'\nawait Promise.resolve(Date.now())"],
  ])('%s: %s', (path, text) => {
    expect(wrongIn(path, text)).toEqual([])
  })
})
