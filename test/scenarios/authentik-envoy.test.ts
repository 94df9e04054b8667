// An outpost of authentik behind Envoy, configured as authentik documents it.
import { documentedDomainStories } from '../support/documented-domain.ts'
import { documentedForms } from '../support/documented-forms.ts'
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('envoy')
documentedDomainStories('envoy')
documentedForms('envoy')
