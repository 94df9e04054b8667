// The section `estate`: twelve areas, each declared in its own folder.
import { defaulted, section } from '../std/schema/schema.ts'
import { authenticationSchema } from './areas/authentication/schema.ts'
import { backupSchema } from './areas/backup/schema.ts'
import { ciCdSchema } from './areas/ci-cd/schema.ts'
import { computeSchema } from './areas/compute/schema.ts'
import { databasesSchema } from './areas/databases/schema.ts'
import { monitoringSchema } from './areas/monitoring/schema.ts'
import { networkingSchema } from './areas/networking/schema.ts'
import { secretsSchema } from './areas/secrets/schema.ts'
import { securitySchema } from './areas/security/schema.ts'
import { storageSchema } from './areas/storage/schema.ts'
import { tenancySchema } from './areas/tenancy/schema.ts'
import { vpnSchema } from './areas/vpn/schema.ts'

/** Declares `estate`. */
export const estateSchema = section({
  networking: defaulted('Networks, domains, the edge, ingresses', networkingSchema, {}),
  vpn: defaulted('Overlay networks', vpnSchema, {}),
  storage: defaulted('Volumes and what writes to them', storageSchema, {}),
  authentication: defaulted('Providers, outposts, groups', authenticationSchema, {}),
  security: defaulted('Rate limits, bouncers, admission', securitySchema, {}),
  monitoring: defaulted('Prometheus, Uptime Kuma and their like', monitoringSchema, {}),
  secrets: defaulted('Where secrets live; never a value', secretsSchema, {}),
  ci_cd: defaulted('Pipelines and image sources', ciCdSchema, {}),
  backup: defaulted('What is saved, where to, how often', backupSchema, {}),
  compute: defaulted('Machines', computeSchema, {}),
  databases: defaulted('Databases and who depends on them', databasesSchema, {}),
  tenancy: defaulted('Tiers and namespaces', tenancySchema, {}),
})
