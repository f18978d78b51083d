/**
 * What is done with operations that are not registered: `off` takes them, `audit` takes and tells them, `safelist`
 * refuses them.
 */
export type PersistedOperationsMode = 'off' | 'audit' | 'safelist';

/** What the router is told of persisted operations. */
export interface PersistedOperationsSettings {
  /** Path of the manifest, watched while the router runs. */
  readonly file: string | undefined;
  readonly mode: PersistedOperationsMode;
  /** Refuses registered operations too when they are sent as text. */
  readonly requireId: boolean;
  /** Keeps what clients send with its hash, for the next who sends the hash alone. */
  readonly automatic: boolean;
}
