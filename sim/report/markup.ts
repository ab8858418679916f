/** Text into HTML. Whatever comes from outside (names, scenario text) passes through here. */
import type { Results } from '../experiment/results.ts'
import { rank } from './standing.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** As many colours as the style sheet has; a policy keeps its own throughout a report. */
const COLOURS = 13

/** How policies are shown: in one order, the best over all first, each in its colour. */
export interface Cast {
  readonly order: readonly string[]
  readonly colours: ReadonlyMap<string, string>
}

export function castOf(results: Results): Cast {
  const names = results.policies.map((policy) => policy.policy)
  const ranked = rank(results.policies, 'successRatio').map((policy) => policy.policy)
  return {
    order: [...ranked, ...names.filter((name) => !ranked.includes(name))],
    colours: new Map(names.map((name, i) => [name, `var(--p${i % COLOURS})`])),
  }
}

export function inCastOrder<T extends { readonly policy: string }>(cast: Cast, items: readonly T[]): T[] {
  return cast.order.flatMap((name) => items.filter((item) => item.policy === name))
}

export function policyName(cast: Cast, name: string): string {
  return `<span class="policy" style="--c:${cast.colours.get(name) ?? 'currentColor'}">${escapeHtml(name)}</span>`
}

/** A sentence with its policies, which stand in backticks, dressed. */
export function dressed(cast: Cast, sentence: string): string {
  return sentence
    .split('`')
    .map((part, i) => (i % 2 === 1 ? policyName(cast, part) : escapeHtml(part)))
    .join('')
}

/** A name that has to fit beside a chart. */
export function label(name: string): string {
  return name.length <= 18 ? name : `${name.slice(0, 17)}…`
}
