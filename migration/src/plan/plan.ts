import type { KeyAction } from '../catalog/index.js';
import type { Crossing, Replacement } from '../mapping/index.js';

/** A foreign key between tables of two services. Names are written `schema.name`. */
export interface CrossingKey {
  readonly constraint: string;
  /** The referencing table under the name that it is moved under, as the mapping calls it. */
  readonly table: string;
  readonly columns: ReadonlyArray<string>;
  /** Likewise. */
  readonly references: string;
  readonly referencedColumns: ReadonlyArray<string>;
  readonly onDelete: KeyAction;
  readonly onUpdate: KeyAction;
  readonly from: string;
  readonly to: string;
  /** What takes its place: as the mapping decides, else as proposed. */
  readonly replacement: Replacement;
  readonly decided: boolean;
  readonly reason: string;
  /** Share of calls, 0 to 1, whose statements touch both tables: what a replica beside the referencing one would serve. */
  readonly readTogether: number;
  /** The same as the mapping's `crossings` write it. */
  readonly crossing: Crossing;
}

/** A view, routine, trigger, sequence or type that more than one service needs. */
export interface CrossingObject {
  readonly kind: 'view' | 'materialized view' | 'routine' | 'trigger' | 'sequence' | 'type';
  /** `schema.name`, a routine with its arguments, a trigger with its table. */
  readonly name: string;
  readonly services: ReadonlyArray<string>;
  /** The tables or columns through which it crosses. */
  readonly through: ReadonlyArray<string>;
  /** What has to become of it. */
  readonly advice: string;
}

/** A recorded statement that touches tables of more than one service. */
export interface CrossingStatement {
  /** The same for statements that differ in constants and layout only. */
  readonly fingerprint: string;
  readonly text: string;
  readonly services: ReadonlyArray<string>;
  readonly tables: ReadonlyArray<string>;
  readonly calls: number;
  /** Of the calls of all statements that touch a table of the mapping, 0 to 1. */
  readonly share: number;
  /** Mean, in milliseconds. */
  readonly meanMilliseconds: number;
}

/** What the statistics of statements tell. */
export interface StatementReport {
  readonly available: boolean;
  /** Why not, and what to do; or what part of them could not be seen. */
  readonly notes: ReadonlyArray<string>;
  /** Calls of all statements that touch a table of the mapping. */
  readonly calls: number;
  readonly crossing: ReadonlyArray<CrossingStatement>;
  /** Statements that PostgreSQL's parser refuses: for a person to read. */
  readonly unparsable: ReadonlyArray<{ readonly text: string; readonly calls: number }>;
}

/** Something that stands in the way of a migration, or that somebody should know before it. */
export interface Obstacle {
  /** `blocker`: nothing can start before it is gone; `warning`: it will cost something; `note`: good to know. */
  readonly severity: 'blocker' | 'warning' | 'note';
  readonly what: string;
  readonly remedy: string;
}

/** A service as it lies in the shared database. */
export interface ServiceSummary {
  readonly name: string;
  readonly tables: number;
  /** By the planner's statistics. */
  readonly estimatedRows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** From the start of the copy until the stream has caught up, on an idle machine. */
  readonly estimatedSeconds: number;
}

/** All that `plan` finds. */
export interface Plan {
  readonly database: string;
  readonly serverVersion: number;
  readonly services: ReadonlyArray<ServiceSummary>;
  readonly keys: ReadonlyArray<CrossingKey>;
  readonly objects: ReadonlyArray<CrossingObject>;
  readonly statements: StatementReport;
  /** Routines of which a part cannot be judged. */
  readonly unreadRoutines: ReadonlyArray<{ readonly name: string; readonly why: ReadonlyArray<string> }>;
  readonly obstacles: ReadonlyArray<Obstacle>;
  /** Tables that no service of the mapping has. */
  readonly unmapped: ReadonlyArray<string>;
}
