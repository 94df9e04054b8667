// An outpost of authentik behind Nginx Proxy Manager, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('nginx-proxy-manager')
