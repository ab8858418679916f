/** A process's way to the node's log: stderr, which all of them share. What one turn says is written at once. */
import { type LogFormat, type LogLine, logText } from './logLine.ts'

export function logTo(output: { readonly write: (text: string) => unknown }, format: LogFormat): (line: LogLine) => void {
  let waiting = ''
  return (line) => {
    if (waiting === '') setImmediate(flush)
    waiting += logText(line, format)
  }

  function flush(): void {
    output.write(waiting)
    waiting = ''
  }
}
