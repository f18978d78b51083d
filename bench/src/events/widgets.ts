/** What `maker` tells: a service of no system in particular. */
export const SCHEMA = {
  $id: 'maker.widget.renamed/1',
  type: 'object',
  required: ['id', 'name', 'version'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string' },
    version: { type: 'integer' },
  },
} as const;

export const SECRET = 'the-secret-of-shop-and-maker-in-benchmarks';

/** The rows that `maker` owns. */
export const MAKER = {
  sql: 'CREATE TABLE "widgets" ("id" UUID PRIMARY KEY, "name" TEXT NOT NULL, "version" INTEGER NOT NULL);',
  grants: 'GRANT SELECT ON widgets TO :"service_role";',
} as const;

/** What `shop` keeps of it. */
export const SHOP = {
  sql: 'CREATE TABLE "copies" ("id" UUID PRIMARY KEY, "name" TEXT NOT NULL, "version" INTEGER NOT NULL);',
  grants: 'GRANT SELECT, INSERT, UPDATE, DELETE ON copies TO :"service_role";',
} as const;
