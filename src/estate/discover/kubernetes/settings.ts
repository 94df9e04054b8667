// How a cluster says what it means: annotations of ours and of the house, and the middleware of each tier.

/** What differs from house to house. */
export interface KubernetesSettings {
  /** Annotations that name the auth tier, first found wins. */
  readonly authAnnotations: readonly string[]
  /** Annotations that name groups, separated by commas. */
  readonly groupAnnotations: readonly string[]
  /** References of the forward-auth middleware of tier `required`, for exports that lack the object. */
  readonly requiredMiddleware: readonly string[]
  /** References of the middleware of tier `public`. */
  readonly publicMiddleware: readonly string[]
}

/** Annotations of ours alone; any forward-auth middleware means `required`. */
export const usualKubernetesSettings: KubernetesSettings = {
  authAnnotations: ['gatehouse.dev/auth'],
  groupAnnotations: ['gatehouse.dev/groups'],
  requiredMiddleware: [],
  publicMiddleware: [],
}
