// An outpost of authentik behind Traefik, configured as authentik documents it.
import { documentedDomainStories } from '../support/documented-domain.ts'
import { documentedForms } from '../support/documented-forms.ts'
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('traefik')
documentedDomainStories('traefik')
documentedForms('traefik')
