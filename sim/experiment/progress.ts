/** How far an experiment is, on stderr: a bar on a terminal, otherwise a line every few seconds. */
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** One more run has ended. */
  readonly ended: () => void
  readonly stop: () => void
}

const LINE_EVERY_MS = 5_000
const BAR_EVERY_MS = 500

interface Output {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
}

/** The bar goes to the process's own stderr. */
export function progressOf(total: number, output: Output): Progress {
  const startedAt = performance.now()
  let done = 0
  const times = () => timesOf(performance.now() - startedAt, done, total)
  const show = output.isTTY ? bar(total, times) : lines(total, output, times)
  return {
    ended: () => {
      done++
      show.update(done)
    },
    stop: () => show.stop(done),
  }
}

interface Shown {
  readonly update: (done: number) => void
  readonly stop: (done: number) => void
}

function bar(total: number, times: () => string): Shown {
  const format = '{bar} {value} of {total} runs, {times}'
  const shown = new SingleBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, noTTYOutput: false }, Presets.shades_classic)
  let now = 0
  const update = (done: number) => {
    now = done
    shown.update(done, { times: times() })
  }
  shown.start(total, 0, { times: times() })
  const timer = setInterval(() => update(now), BAR_EVERY_MS)
  return {
    update,
    stop: () => {
      clearInterval(timer)
      shown.stop()
    },
  }
}

function lines(total: number, output: Output, times: () => string): Shown {
  let now = 0
  const line = () => output.write(`${now} of ${total} runs, ${times()}\n`)
  const timer = setInterval(line, LINE_EVERY_MS)
  return {
    update: (done) => {
      now = done
    },
    stop: (done) => {
      clearInterval(timer)
      now = done
      line()
    },
  }
}

/** `12 s gone, about 48 s left`: runs that are left are taken to last as long as those that ended. */
export function timesOf(goneMs: number, done: number, total: number): string {
  const gone = `${seconds(goneMs)} gone`
  if (done === 0 || done === total) return gone
  return `${gone}, about ${seconds((goneMs / done) * (total - done))} left`
}

function seconds(ms: number): string {
  const whole = Math.round(ms / 1000)
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}
