// Behind Envoy, with the configuration that gatehouse snippet envoy prints.
import { startEnvoy } from '../peers/envoy.ts'
import { proxyStories } from '../support/proxy-stories.ts'

proxyStories('envoy', startEnvoy)
