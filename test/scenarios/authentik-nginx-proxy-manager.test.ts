// An outpost of authentik behind Nginx Proxy Manager, configured as authentik documents it.
import { documentedDomainStories } from '../support/documented-domain.ts'
import { documentedForms } from '../support/documented-forms.ts'
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('nginx-proxy-manager')
documentedDomainStories('nginx-proxy-manager')
documentedForms('nginx-proxy-manager')
