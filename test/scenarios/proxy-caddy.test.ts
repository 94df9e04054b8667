// Behind Caddy, with the configuration that gatehouse snippet caddy prints.
import { startCaddy } from '../peers/caddy.ts'
import { proxyStories } from '../support/proxy-stories.ts'

proxyStories('caddy', startCaddy)
