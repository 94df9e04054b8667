// An outpost of authentik behind Envoy, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('envoy')
