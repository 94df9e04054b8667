// An outpost of authentik behind Traefik, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('traefik')
