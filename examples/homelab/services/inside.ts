// Hosts that only exist inside.
import { inside, insidePathsOnly, open } from './declare.ts'

/** Hosts of the internal domain. */
export const insideServices = [
  inside('android-emulator', 'Inside only', {
    paths: [...open('Files of noVNC', '/app/**', '/core/**', '/vendor/**')],
  }),
  inside('anisette', 'Devices inside call it'),
  inside('frigate-lan', 'Cameras and panels inside', { stack: 'frigate' }),
  inside('health-test', 'Tests from inside', { stack: 'health' }),
  inside('idrac-redfish-exporter', 'Scraped by Prometheus from inside', { stack: 'monitoring' }),
  inside('loki', 'Hosts inside push their logs', { stack: 'monitoring' }),
  inside('nvidia-exporter', 'Scraped by Prometheus from inside', { stack: 'nvidia' }),
  insidePathsOnly('prometheus-query', {
    stack: 'monitoring',
    paths: [...open('Panels inside ask it', '/api/v1/query/**')],
  }),
  inside('snmp-exporter', 'Scraped by Prometheus from inside', { stack: 'monitoring' }),
]
