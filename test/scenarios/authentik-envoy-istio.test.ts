// An outpost of authentik behind what Istio makes of an extension provider, configured as authentik documents it.
import { documentedDomainStories } from '../support/documented-domain.ts'
import { documentedForms } from '../support/documented-forms.ts'
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('envoy-istio')
documentedDomainStories('envoy-istio')
documentedForms('envoy-istio')
