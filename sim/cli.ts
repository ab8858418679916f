#!/usr/bin/env node
/** `ilp-sim`. Exit codes: 0 fine, 1 a bug in the program, 2 bad usage or bad input, 3 an invariant is broken. */
import { ilpSim } from './program.ts'

/** Whoever read our output (`head`) has seen enough. */
function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
}

process.stdout.on('error', leave)
process.stderr.on('error', leave)
process.exitCode = await ilpSim(process.argv.slice(2), process)
