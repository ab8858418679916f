/** The default branch of an exhaustive switch: a new case fails to compile there. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
