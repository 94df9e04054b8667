// Every kind of channel there is: a new one is one file, its test, and one line here.
import type { Clock } from '../../world/clock.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { ChannelConfig } from '../config.ts'
import { alertmanagerNotifier } from './alertmanager.ts'
import { discordNotifier } from './discord.ts'
import { emailNotifier } from './email.ts'
import type { Notifier } from './notice.ts'
import { ntfyNotifier } from './ntfy.ts'
import { slackNotifier } from './slack.ts'
import { kumaNotifier } from './uptime-kuma.ts'
import { webhookNotifier } from './webhook.ts'

/** What channels may ask of the outside. */
export interface NotifierWorld {
  readonly clock: Clock
  readonly http: HttpClient
  /** Where a person finds more, absolute; null where there is no page. */
  readonly link: string | null
}

/** The notifier for one channel of the configuration. */
export function createNotifier(config: ChannelConfig, world: NotifierWorld): Notifier {
  switch (config.kind) {
    case 'alertmanager':
      return alertmanagerNotifier(config, world)
    case 'ntfy':
      return ntfyNotifier(config, world)
    case 'slack':
      return slackNotifier(config, world)
    case 'discord':
      return discordNotifier(config, world)
    case 'webhook':
      return webhookNotifier(config, world)
    case 'email':
      return emailNotifier(config, world)
    case 'uptime-kuma':
      return kumaNotifier(config, world)
  }
}
