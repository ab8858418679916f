/** A story, cut to a screen of 80 by 24: what concerns the broken thing, and of that the last. */
import type { StoryEvent } from './story.ts'

const WIDTH = 80
/** What stands above and below the events takes the rest. */
const EVENTS = 15

/** The events that name one of `about`, or nothing in particular; all of them where they fit or where nothing is named. */
export function concerning(events: readonly StoryEvent[], about: readonly string[]): readonly StoryEvent[] {
  if (events.length <= EVENTS || about.length === 0) return events
  return events.filter((event) => event.about.size === 0 || about.some((word) => event.about.has(word)))
}

/** Lines of the screen, no wider than it. */
export function screenOf(events: readonly StoryEvent[]): string[] {
  const shown = events.slice(-EVENTS)
  const missing = events.length - shown.length
  const lines = shown.map(({ atMs, words }) => clipped(`${atMs.toFixed(3).padStart(10)}  ${words}`))
  return missing === 0 ? lines : [`       …  ${missing} events before`, ...lines]
}

function clipped(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`
}

/** Words on several lines, none wider than the screen. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line)
      line = indent
    }
    line += line.trim() === '' ? word : ` ${word}`
  }
  return [...lines, line]
}
