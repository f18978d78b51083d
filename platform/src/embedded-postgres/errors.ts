/** What went wrong with an embedded server, stable across releases. */
export type EmbeddedPostgresErrorCode =
  | 'UNSUPPORTED_PLATFORM'
  | 'BINARIES_UNUSABLE'
  | 'SERVER_USER_UNUSABLE'
  | 'DATA_DIRECTORY_UNUSABLE'
  | 'DATA_DIRECTORY_IN_USE'
  | 'VERSION_MISMATCH'
  | 'INITIALIZATION_FAILED'
  | 'WRONG_PASSWORD'
  | 'NO_FREE_PORT'
  | 'START_FAILED'
  | 'STOP_FAILED';

/** Every failure of this room. The message says what to do about it. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}

/** True for an operating system error of one of these codes (`ENOENT`, `EEXIST`…). */
export function hasSystemCode(error: unknown, ...codes: ReadonlyArray<string>): boolean {
  // Not instanceof Error: the built-in modules' errors belong to another realm than code that runs in a sandbox.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && codes.includes(code);
}
