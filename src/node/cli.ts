#!/usr/bin/env node
/** `ilp-node`. Exit codes: 0 fine, 1 a bug in the program or a failed operation, 2 bad usage or configuration. */
import { startProgram } from '../terminal/program.ts'
import { ilpNode } from './program.ts'

await startProgram(ilpNode)
