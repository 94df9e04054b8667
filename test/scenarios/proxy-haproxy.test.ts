// Behind Haproxy, with the configuration that gatehouse snippet haproxy prints.
import { startHaproxy } from '../peers/haproxy.ts'
import { proxyStories } from '../support/proxy-stories.ts'

proxyStories('haproxy', startHaproxy)
