import pg from 'pg';

/** A relation, type or routine by its schema and its own name, both as the catalog spells them (unquoted). */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** The name as it stands in SQL: both parts quoted. */
export function quoteName({ schema, name }: QualifiedName): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

/** The name as people read it and as files keep it: `schema.name`. */
export function displayName({ schema, name }: QualifiedName): string {
  return `${schema}.${name}`;
}

export function sameName(one: QualifiedName, other: QualifiedName): boolean {
  return one.schema === other.schema && one.name === other.name;
}
