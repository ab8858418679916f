/** What only shows in a process of its own. */
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ilpSim, node, ROOT } from '../processes.ts'

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

test('bad usage → exit 2, on stderr', async () => {
  const { code, stdout, stderr } = await ilpSim(['run', 'plan'])
  expect(stderr).toMatch(
    /^there is no scenario 'plan'; did you mean 'plain'\? allowed: [a-z, -]*crash, [a-z, -]*plain, which-account, or the path of a file\n$/,
  )
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('a run from a folder elsewhere → finds the scenario by its name, exit 0', async () => {
  const { code, stdout } = await node(['--import', TSX, `${ROOT}sim/cli.ts`, 'run', 'plain', '--json'], { cwd: tmpdir() })
  expect(JSON.parse(stdout)).toMatchObject({ scenario: 'plain', invariants: { broken: 0 } })
  expect(code).toBe(0)
})

test('a reader that leaves early (| head) → no error', async () => {
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['--import', 'tsx', 'sim/cli.ts', 'compare', '--help'], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.destroy()
    child.on('exit', (code) => process.exit(code ?? 99))`
  const { code, stderr } = await node(['-e', script])
  expect(stderr).toBe('')
  expect(code).toBe(0)
})
