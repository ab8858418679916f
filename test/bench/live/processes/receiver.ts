/** Fulfills whatever is POSTed to it, and counts. */
import { createServer } from 'node:net'
import { FULFILL } from '../packet.ts'
import { readMessages } from './messageReader.ts'
import { serve, tell } from './process.ts'

const HEAD = `HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: ${FULFILL.length}\r\n\r\n`
const RESPONSE = Buffer.concat([Buffer.from(HEAD), FULFILL])

let received = 0

const server = createServer({ noDelay: true }, (socket) => {
  readMessages(socket, () => {
    received++
    socket.write(RESPONSE)
  })
  // A connector that is stopped, or that closes what it kept idle.
  socket.on('error', () => {})
})
process.on('message', () => tell({ received }))
await serve(server)
