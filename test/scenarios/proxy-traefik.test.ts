// Behind Traefik, with the configuration that gatehouse snippet traefik prints.
import { startTraefik } from '../peers/traefik.ts'
import { proxyStories } from '../support/proxy-stories.ts'

proxyStories('traefik', startTraefik)
