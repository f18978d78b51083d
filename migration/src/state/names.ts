import pg from 'pg';
import { STATE_SCHEMA } from '../catalog/index.js';

/** The database objects of one service's move. Names are unquoted except where said. */
export interface MoveNames {
  /** On the side that publishes; the same name on both. */
  readonly publication: string;
  /** Subscription on the target, and its slot on the source. */
  readonly forward: string;
  /** Subscription on the source, and its slot on the target. */
  readonly reverse: string;
  /** Slot on the source that collects what changes after a verification. */
  readonly changes: string;
  /** Stream to the target of deletions that another service's stream back brought to the source: of everything. */
  readonly references: string;
  /** Qualified and quoted table of those deletions, on both sides. */
  readonly referencesTable: string;
  /** Qualified and quoted table of fence and marker rows, on both sides. */
  readonly fence: string;
  readonly fenceTable: string;
  /** The trigger that refuses writes on the side that does not take them. */
  readonly lockTrigger: string;
}

export function namesFor(service: string): MoveNames {
  const fenceTable = `fence_${service}`;
  return {
    publication: `supergraph_${service}`,
    forward: `supergraph_${service}_forward`,
    reverse: `supergraph_${service}_reverse`,
    changes: `supergraph_${service}_changes`,
    references: `supergraph_${service}_references`,
    referencesTable: `${STATE_SCHEMA}.${pg.escapeIdentifier(`references_${service}`)}`,
    fence: `${STATE_SCHEMA}.${pg.escapeIdentifier(fenceTable)}`,
    fenceTable,
    lockTrigger: 'aaa_supergraph_migration_lock',
  };
}

/** A name in SQL. */
export function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

/** A table in SQL. */
export function quoteTable({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${quote(schema)}.${quote(table)}`;
}

/** A text in SQL. */
export function quoteText(text: string): string {
  return pg.escapeLiteral(text);
}
