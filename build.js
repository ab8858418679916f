#!/usr/bin/env node
/**
 * Makes dist/ from src/ and sim/: compiled, with whatever is not TypeScript copied beside it. scenarios/ stays at the
 * package's root. Always from nothing: a file that is gone from the sources is gone from dist too.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = ['src', 'sim']
const BINS = ['dist/src/node/cli.js', 'dist/sim/cli.js']

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
rmSync('dist', { recursive: true, force: true })

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

for (const folder of SOURCES) cpSync(folder, `dist/${folder}`, { recursive: true, filter: (path) => extname(path) !== '.ts' })
for (const bin of BINS) chmodSync(bin, 0o755)
