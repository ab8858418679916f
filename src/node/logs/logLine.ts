/** A line of the log: readable, or one JSON object. Values come from outside too, so that none may end a line or begin one. */

export type LogFormat = 'text' | 'json'
export type Fields = Readonly<Record<string, string | number | undefined>>

export interface LogLine {
  /** Unix ms. */
  readonly at: number
  /** `node`, or a thread. */
  readonly who: string
  readonly what: string
  /** Left out where undefined. */
  readonly fields?: Fields
}

/** With its end. */
export function logText({ at, who, what, fields = {} }: LogLine, format: LogFormat): string {
  const time = new Date(at).toISOString()
  if (format === 'json') return `${JSON.stringify({ at: time, who, what, ...fields })}\n`
  const words = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${word(value)}`]))
  return `${[time, ...(who === 'node' ? [] : [who]), oneLine(what), ...words].join(' ')}\n`
}

function word(value: string | number): string {
  const text = String(value)
  return /^[!#-~]+$/.test(text) ? text : JSON.stringify(text)
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ')
}
