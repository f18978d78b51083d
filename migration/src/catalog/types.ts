import type { QualifiedName } from './names.js';

/** What a foreign key does to the referencing row when the row that it refers to goes or changes its key. */
export type KeyAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

/** How a row is named to a subscriber when it is changed or deleted: `default` is the primary key. */
export type ReplicaIdentity = 'default' | 'nothing' | 'full' | 'index';

/** A column as its table declares it. */
export interface Column {
  readonly name: string;
  /** Position in the table, from 1; dropped columns leave holes. */
  readonly position: number;
  /** As SQL writes it, with length or precision: `character varying(20)`, `shop.colour[]`. */
  readonly type: string;
  /** The type, or an array's element type, when it is an enum, domain or composite that is not built in. */
  readonly userType: QualifiedName | undefined;
  readonly notNull: boolean;
  /** The default's expression; undefined for none, identity and generated columns. */
  readonly default: string | undefined;
  readonly identity: 'always' | 'by default' | undefined;
  /** The expression of a generated column, and whether its value is stored. */
  readonly generated: { readonly expression: string; readonly stored: boolean } | undefined;
  /** A collation other than the type's own, as SQL writes it. */
  readonly collation: string | undefined;
}

/** A primary key, unique, check or exclusion constraint. */
export interface Constraint {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'check' | 'exclusion';
  /** Column names in the key's order; empty for expressions. */
  readonly columns: ReadonlyArray<string>;
  /** What follows `ADD CONSTRAINT name`. */
  readonly definition: string;
  readonly validated: boolean;
}

/** A foreign key. */
export interface ForeignKey {
  readonly name: string;
  readonly table: QualifiedName;
  readonly columns: ReadonlyArray<string>;
  readonly referencedTable: QualifiedName;
  readonly referencedColumns: ReadonlyArray<string>;
  readonly onDelete: KeyAction;
  readonly onUpdate: KeyAction;
  readonly deferrable: boolean;
  readonly validated: boolean;
  /** What follows `ADD CONSTRAINT name`. */
  readonly definition: string;
}

/** An index. */
export interface Index {
  readonly name: string;
  /** The constraint that it serves, which makes it; undefined for one that was made by itself. */
  readonly constraint: string | undefined;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly valid: boolean;
  readonly replicaIdentity: boolean;
  /** The whole `CREATE INDEX` statement. */
  readonly definition: string;
  readonly bytes: number;
}

/** A right on a relation or on one of its columns. */
export interface Privilege {
  /** A role's name, or `PUBLIC`. */
  readonly grantee: string;
  /** `SELECT`, `INSERT` … */
  readonly privilege: string;
  readonly grantable: boolean;
  /** Undefined for a right on the whole relation. */
  readonly column: string | undefined;
}

/** A trigger that somebody wrote; those that foreign keys make are left out. */
export interface Trigger {
  readonly name: string;
  readonly table: QualifiedName;
  readonly function: QualifiedName;
  /** When it fires: `O` by ordinary sessions, `R` by replication, `A` always, `D` never. */
  readonly enabled: 'O' | 'R' | 'A' | 'D';
  readonly definition: string;
}

/** An ordinary or partitioned table. */
export interface Table extends QualifiedName {
  readonly kind: 'table' | 'partitioned';
  /** The partitioned or inherited table that it is a part of. */
  readonly parent: QualifiedName | undefined;
  readonly owner: string;
  readonly unlogged: boolean;
  readonly columns: ReadonlyArray<Column>;
  readonly constraints: ReadonlyArray<Constraint>;
  readonly indexes: ReadonlyArray<Index>;
  readonly replicaIdentity: ReplicaIdentity;
  /** Whether an update or delete can be replicated: a key, an index or the full row names the row. */
  readonly identifiesRows: boolean;
  /** Whether row-level security hides rows from others than the owner (`forced`: from the owner too). */
  readonly rowSecurity: 'off' | 'on' | 'forced';
  readonly rules: ReadonlyArray<string>;
  readonly privileges: ReadonlyArray<Privilege>;
  /** The planner's estimate; undefined when the table was never analysed. */
  readonly estimatedRows: number | undefined;
  /** Of the rows themselves, with what is stored out of line. */
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** Whether the connected role is the owner or a member of it. */
  readonly owned: boolean;
  /** Whether the connected role may read every row. */
  readonly readable: boolean;
}

/** A view or materialized view. */
export interface View extends QualifiedName {
  readonly kind: 'view' | 'materialized view';
  readonly owner: string;
  /** The statement behind it. */
  readonly definition: string;
  /** Tables and views that it reads, not those behind these. */
  readonly reads: ReadonlyArray<QualifiedName>;
  readonly privileges: ReadonlyArray<Privilege>;
}

/** A function or procedure that no extension brought. */
export interface Routine extends QualifiedName {
  /** The argument types as SQL writes them, which tell overloads apart. */
  readonly arguments: string;
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window';
  readonly language: string;
  readonly owner: string;
  /** The whole `CREATE FUNCTION` statement; undefined for aggregates. */
  readonly definition: string | undefined;
  /** Relations that the catalog knows it to use: those of a body that is parsed at definition (`BEGIN ATOMIC`). */
  readonly uses: ReadonlyArray<QualifiedName>;
}

/** A sequence. */
export interface Sequence extends QualifiedName {
  readonly owner: string;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** The column whose sequence it is: dropped and moved with it. */
  readonly ownedBy: { readonly table: QualifiedName; readonly column: string } | undefined;
  readonly identity: boolean;
  /** Columns whose default draws from it. */
  readonly usedBy: ReadonlyArray<{ readonly table: QualifiedName; readonly column: string }>;
  readonly privileges: ReadonlyArray<Privilege>;
}

/** An enum, domain or composite type. */
export interface UserType extends QualifiedName {
  readonly kind: 'enum' | 'domain' | 'composite';
  readonly owner: string;
  /** An enum's labels in their order. */
  readonly labels: ReadonlyArray<string>;
  /** A domain's base type with its constraints. */
  readonly domain: string | undefined;
}

/** The server and what the connected role may do on it. */
export interface Server {
  /** `server_version_num`, such as 160004. */
  readonly version: number;
  /** 13 … */
  readonly majorVersion: number;
  readonly database: string;
  readonly databaseBytes: number;
  readonly role: string;
  readonly superuser: boolean;
  readonly mayReplicate: boolean;
  /** On the database: CREATE, which schemas and publications need. */
  readonly mayCreateInDatabase: boolean;
  readonly inRecovery: boolean;
  /** Settings that a migration depends on, by name, as `SHOW` gives them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly slotsInUse: number;
  readonly sendersInUse: number;
  /** Installed extensions: version by name. */
  readonly extensions: Readonly<Record<string, string>>;
}

/** All that a migration has to know of a database. */
export interface Catalog {
  readonly server: Server;
  readonly schemas: ReadonlyArray<string>;
  readonly tables: ReadonlyArray<Table>;
  readonly foreignKeys: ReadonlyArray<ForeignKey>;
  readonly views: ReadonlyArray<View>;
  readonly routines: ReadonlyArray<Routine>;
  readonly triggers: ReadonlyArray<Trigger>;
  readonly sequences: ReadonlyArray<Sequence>;
  readonly types: ReadonlyArray<UserType>;
}
