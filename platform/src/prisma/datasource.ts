/** A database as Prisma's command line names it to the engine. */
export interface Datasource {
  /** `postgresql://…`, the PostgreSQL schema as its parameter `schema`. */
  readonly url?: string;
  readonly shadowDatabaseUrl?: string;
}

/** PostgreSQL's own default, and Prisma's. */
const DEFAULT_SCHEMA = 'public';

/**
 * The PostgreSQL schema that a Prisma URL names.
 *
 * @throws TypeError when the URL cannot be parsed.
 */
export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? DEFAULT_SCHEMA;
}

/**
 * The URL without `schema`, which is Prisma's invention and no parameter of PostgreSQL.
 *
 * @throws Error when there is none.
 */
export function connectionString({ url }: Datasource): string {
  if (url === undefined || url === '') throw new Error('No database URL is configured for this command.');
  return withoutSchema(url);
}

/** A Prisma URL as `pg` wants it. */
export function withoutSchema(url: string): string {
  const address = new URL(url);
  address.searchParams.delete('schema');
  return address.href;
}
