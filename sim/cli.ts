#!/usr/bin/env node
/** `ilp-sim`. Exit codes: 0 fine, 1 a bug in the program, 2 bad usage or bad input, 3 an invariant is broken. */
import { startProgram } from '../src/terminal/program.ts'
import { ilpSim } from './program.ts'

await startProgram(ilpSim)
