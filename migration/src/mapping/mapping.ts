import { z } from 'zod';

const name = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => Buffer.byteLength(text) <= 63,
    'must not be longer than 63 bytes, as PostgreSQL cuts it off',
  );

/** A service's name goes into the names of slots, publications and files. */
const serviceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,29}$/,
    'must be 1 to 30 of a-z, 0-9 and _, beginning with a letter, as it becomes part of slot names',
  );

const tablePlace = z.strictObject({ schema: name, table: name });

const mappedTable = z.strictObject({
  /** Schema of the table while it is moved, the same on both servers. */
  schema: name,
  table: name,
  /** Where the table lies before `adopt` moved and renamed it; absent when it lies in its place already. */
  from: tablePlace.optional(),
  /** Every column of the table, to hold the file to the database; absent: whatever the table has. */
  columns: z.array(name).min(1).optional(),
});

const targetSchema = z.discriminatedUnion('kind', [
  /** Made from what the source's catalogs say. */
  z.strictObject({ kind: z.literal('copy') }),
  /**
   * Made by a program, such as `["npx", "prisma", "migrate", "deploy"]`. The target's URL is given to it in the
   * environment variable `variable`.
   */
  z.strictObject({
    kind: z.literal('command'),
    command: z.array(z.string().min(1)).min(1),
    directory: z.string().min(1).optional(),
    variable: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
      .default('DATABASE_URL'),
  }),
]);

const gate = z.discriminatedUnion('kind', [
  /** Nobody holds the clients: they see errors of the locked side until they are pointed elsewhere. */
  z.strictObject({ kind: z.literal('none') }),
  /** The gate inside the processes of the service; addresses and secret come from the environment. */
  z.strictObject({ kind: z.literal('platform') }),
  /** PgBouncer: its file of databases is rewritten. The admin console's URL comes from the environment. */
  z.strictObject({
    kind: z.literal('pgbouncer'),
    /** The name that clients connect to. */
    database: name,
    /** The file that holds the line of this database: `pgbouncer.ini` or one that it includes. */
    file: z.string().min(1),
  }),
]);

const service = z.strictObject({
  tables: z.array(mappedTable).min(1, 'names no table'),
  /** How the target's tables are made. */
  targetSchema: targetSchema.default({ kind: 'copy' }),
  gate: gate.default({ kind: 'none' }),
});

/**
 * What takes the place of a foreign key between two services once they no longer share a database.
 * - `delete`: when the referenced row is deleted the referencing rows are deleted after it (was `ON DELETE CASCADE`)
 * - `set-null`: they lose the reference (was `ON DELETE SET NULL`)
 * - `refuse`: the deletion is refused while the referenced side knows of references (was `RESTRICT`, `NO ACTION`)
 * - `replica`: a local copy of the referenced rows answers; the engine does nothing
 * - `none`: the services see to it themselves
 */
const crossing = z.strictObject({
  /** Name of the constraint, which lies on `table`. */
  constraint: name,
  /** The referencing table, under the name that it is moved under. */
  table: tablePlace,
  columns: z.array(name).min(1),
  references: tablePlace,
  /** The referenced columns, in the order of `columns`. */
  referencedColumns: z.array(name).min(1),
  replacement: z.enum(['delete', 'set-null', 'refuse', 'replica', 'none']),
  /** Why, for the reviewer. */
  reason: z.string().optional(),
});

export const mappingSchema = z.strictObject({
  version: z.literal(1),
  services: z.record(serviceName, service).refine((all) => Object.keys(all).length > 0, 'names no service'),
  crossings: z.array(crossing).default([]),
});

/** The reviewable file that says which table goes where. It holds no secret: URLs come from the environment. */
export type Mapping = z.infer<typeof mappingSchema>;
export type MappedService = Mapping['services'][string];
export type MappedTable = MappedService['tables'][number];
export type Crossing = Mapping['crossings'][number];
export type TablePlace = z.infer<typeof tablePlace>;
export type Replacement = Crossing['replacement'];
