/** ilp-connector and its plugin. */
import { type Install, npmInstall } from '../../fixtures/npmInstall.ts'

const PACKAGES = { 'ilp-connector': '23.0.2', 'ilp-plugin-http': '1.6.1' }

export function installPeers(say: (line: string) => void): Install {
  return npmInstall('bench-peers', PACKAGES, say)
}
