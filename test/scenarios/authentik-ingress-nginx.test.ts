// An outpost of authentik behind what ingress-nginx makes of annotations, configured as authentik documents it.
import { documentedDomainStories } from '../support/documented-domain.ts'
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('ingress-nginx')
documentedDomainStories('ingress-nginx')
