/* eslint-disable no-restricted-properties -- this file is configuration, and Prisma evaluates it alone */
import { join } from 'node:path';
import { defineConfig } from 'prisma/config';

/**
 * What Prisma's command line has to know about a service. It is the same for all of them; scripts/prisma.mjs says which
 * one it is for, and where its database is.
 */
const directory = process.env['PRISMA_SERVICE_DIRECTORY'] ?? process.cwd();
const url = process.env['PRISMA_OWNER_URL'];
const shadowDatabaseUrl = process.env['PRISMA_SHADOW_URL'];

export default defineConfig({
  schema: join(directory, 'prisma', 'schema.prisma'),
  migrations: { path: join(directory, 'prisma', 'migrations') },
  ...(url ? { datasource: { url, ...(shadowDatabaseUrl ? { shadowDatabaseUrl } : {}) } } : {}),
});
