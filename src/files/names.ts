/** Names that people give to accounts, connectors and the like: one segment of an ILP address (RFC 15). */

export const NAME_RULE = 'names are ILP address segments: letters, digits, _ ~ -'
const MAX_NAME_LENGTH = 100

export function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && /^[a-zA-Z0-9_~-]+$/.test(text) && text !== '__proto__'
}
