/**
 * HTTP/1.1 as far as a load must understand it: whole messages with a Content-Length, one at a time on a connection. A client
 * and a server that know more cost as much as the connector that they are there to measure.
 */
import type { Socket } from 'node:net'

/** The head without its empty line, in latin1. */
export type HearMessage = (head: string, body: Buffer) => void

const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

export function readMessages(socket: Socket, hear: HearMessage): void {
  let pending: Buffer | undefined
  socket.on('data', (chunk) => {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const bodyAt = bytes.indexOf(HEAD_END) + HEAD_END.length
    if (bodyAt < HEAD_END.length) {
      pending = bytes
      return
    }
    const head = bytes.toString('latin1', 0, bodyAt - HEAD_END.length)
    const length = LENGTH.exec(head)?.[1]
    if (length === undefined) throw new Error(`a message without Content-Length: ${head}`)
    const end = bodyAt + Number(length)
    if (bytes.length > end) throw new Error(`a second message before the first was answered: ${head}`)
    pending = bytes.length < end ? bytes : undefined
    if (pending === undefined) hear(head, bytes.subarray(bodyAt, end))
  })
}
