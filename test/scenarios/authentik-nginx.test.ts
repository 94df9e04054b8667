// An outpost of authentik behind nginx, standalone, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('nginx')
