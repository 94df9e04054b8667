// Debian's Chromium, driven by playwright-core: a person's browser. No network but loopback.
import { type Browser, chromium } from 'playwright-core'
import { findProgram } from '../needs.ts'

/** A running browser. Names under `localhost` lead to this machine, as in every browser. */
export interface Chromium {
  readonly name: string
  readonly browser: Browser
  stop(): Promise<void>
}

/** Only tells a busy machine from a browser that does not start. */
const launchTimeoutMs = 90_000
/** A browser that does not end by then is ended with this process. */
const stopMs = 10_000

/** Starts it without a window. `hosts` are further names that lead to this machine: `*.example.test`. */
export async function startChromium(hosts: readonly string[] = []): Promise<Chromium> {
  const executablePath = findProgram('chromium')
  if (executablePath === null) throw new Error('Program "chromium" is not installed')
  const rules = ['*.localhost', ...hosts].map((host) => `MAP ${host} 127.0.0.1`)
  const browser = await chromium.launch({
    executablePath,
    timeout: launchTimeoutMs,
    args: [
      `--host-resolver-rules=${rules.join(', ')}`,
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      // Chromium's own sandbox does not start for root, as which containers run tests.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
  return {
    name: 'chromium',
    browser,
    stop: () => Promise.race([browser.close(), Bun.sleep(stopMs)]),
  }
}
