// An outpost of authentik behind what ingress-nginx makes of annotations, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('ingress-nginx')
