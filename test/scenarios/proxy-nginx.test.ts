// Behind Nginx, with the configuration that gatehouse snippet nginx prints.
import { startNginx } from '../peers/nginx.ts'
import { proxyStories } from '../support/proxy-stories.ts'

proxyStories('nginx', startNginx)
