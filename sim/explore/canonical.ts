/** Values as text, so that equal ones have the same: for finding a state again, never for showing it. */

/** Objects that stand for themselves (an account, a payment that is told elsewhere), by the word that is said instead. */
export type Labels = ReadonlyMap<unknown, string>

const NO_LABELS: Labels = new Map()

/** Members that are undefined count as missing; maps and sets keep their order, which the core can see. */
export function canonical(value: unknown, labels: Labels = NO_LABELS): string {
  switch (typeof value) {
    case 'string':
      return `"${value}"`
    case 'object':
      return value === null ? 'null' : (labels.get(value) ?? inside(value, labels))
    case 'bigint':
      return `${value}n`
    case 'function':
      throw new Error('a function has no text')
    default:
      return String(value)
  }
}

/** Of the object itself, whatever its label. */
export function inside(value: object, labels: Labels): string {
  if (Array.isArray(value)) {
    let text = '['
    for (const each of value) text += `${canonical(each, labels)},`
    return `${text}]`
  }
  if (value instanceof Map) {
    let text = '<'
    for (const [key, each] of value) text += `${canonical(key, labels)}:${canonical(each, labels)},`
    return `${text}>`
  }
  if (value instanceof Set) return `(${inside([...value], labels)})`
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`
  let text = '{'
  for (const [key, each] of Object.entries(value)) if (each !== undefined) text += `${key}:${canonical(each, labels)},`
  return `${text}}`
}
