// The whole house, declared once: services by how they are gated, and the twelve areas beside them.
import type { GatehouseConfig } from '../../src/config.ts'
import { authentication } from './areas/authentication.ts'
import { backup } from './areas/backup.ts'
import { ciCd } from './areas/ci-cd.ts'
import { compute } from './areas/compute.ts'
import { databases } from './areas/databases.ts'
import { monitoring } from './areas/monitoring.ts'
import { networking } from './areas/networking.ts'
import { secrets } from './areas/secrets.ts'
import { security } from './areas/security.ts'
import { storage } from './areas/storage.ts'
import { tenancy } from './areas/tenancy.ts'
import { vpn } from './areas/vpn.ts'
import { insideServices } from './services/inside.ts'
import { mixedServices } from './services/mixed.ts'
import { openServices } from './services/open.ts'
import { servicesWithSignIn } from './services/own-sign-in.ts'
import { protectedServices } from './services/protected.ts'

/** What `gatehouse --config examples/homelab/gatehouse.ts` reads. */
export const config: GatehouseConfig = {
  url: 'https://gate.viktorbarzin.me',
  domains: ['viktorbarzin.me'],
  trusted_proxies: ['10.0.20.0/24'],
  identity: {
    oidc: {
      issuer: 'https://authentik.viktorbarzin.me/application/o/gatehouse/',
      client_id: 'gatehouse',
      client_secret_file: '/run/secrets/oidc',
    },
  },
  // The cluster that the gate runs in; "gatehouse drift kubernetes" asks the same one.
  services_from: {
    kubernetes: {
      group_annotations: ['gatehouse.dev/groups', 'authentik.viktorbarzin.me/allowed-groups'],
    },
  },
  services: [
    ...protectedServices,
    ...mixedServices,
    ...servicesWithSignIn,
    ...openServices,
    ...insideServices,
  ],
  estate: {
    networking,
    vpn,
    storage,
    authentication,
    security,
    monitoring,
    secrets,
    ci_cd: ciCd,
    backup,
    compute,
    databases,
    tenancy,
  },
}
