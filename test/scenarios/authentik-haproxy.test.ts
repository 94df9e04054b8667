// An outpost of authentik behind HAProxy, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('haproxy')
