// An outpost of authentik behind what Istio makes of an extension provider, configured as authentik documents it.
import { documentedStories } from '../support/documented-stories.ts'

documentedStories('envoy-istio')
