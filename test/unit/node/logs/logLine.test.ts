import { expect, test } from 'vitest'
import { logText } from '../../../../src/node/logs/logLine.ts'

const AT = Date.UTC(2026, 10, 24, 12)

test('text → time, who, what, and its fields as words', () => {
  const line = { at: AT, who: 't0', what: 'answered', fields: { payment: 't0-x.1', ms: 5, message: undefined, outcome: 'F02' } }
  expect(logText(line, 'text')).toBe('2026-11-24T12:00:00.000Z t0 answered payment=t0-x.1 ms=5 outcome=F02\n')
  expect(logText({ at: AT, who: 'node', what: 'stopped' }, 'text')).toBe('2026-11-24T12:00:00.000Z stopped\n')
})

test('json → one object', () => {
  expect(logText({ at: AT, who: 't0', what: 'sent', fields: { payment: 'p', x: undefined } }, 'json')).toBe(
    '{"at":"2026-11-24T12:00:00.000Z","who":"t0","what":"sent","payment":"p"}\n',
  )
})

test('what a peer says has line ends and quotes in it → it stays one line, and cannot look like another field', () => {
  const fields = { message: 'no\n2026 t0 charged "x" payment=fake', empty: '' }
  for (const format of ['text', 'json'] as const) expect(logText({ at: AT, who: 't0', what: 'a\nb', fields }, format).split('\n')).toHaveLength(2)
  expect(logText({ at: AT, who: 't0', what: 'x', fields }, 'text')).toContain('message="no\\n2026 t0 charged \\"x\\" payment=fake" empty=""')
})
