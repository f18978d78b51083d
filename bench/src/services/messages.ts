/** A statement as the service sent it to PostgreSQL. */
export interface SentStatement {
  readonly text: string;
  readonly values: ReadonlyArray<unknown>;
}

/** What the process under measurement is asked. */
export interface Order {
  /** `statements`: those sent since the last time; `usage`: processor time so far. */
  readonly type: 'statements' | 'usage' | 'stop';
}

/** What it answers. */
export type Report =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'statements'; readonly statements: ReadonlyArray<SentStatement> }
  | { readonly type: 'usage'; readonly cpuMilliseconds: number };
