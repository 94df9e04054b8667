// An outpost of authentik behind Caddy, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('caddy')
