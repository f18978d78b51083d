/** What a person is told when a command refuses or fails, by a stable code for scripts. */
export type MigrationErrorCode =
  | 'BAD_ARGUMENT'
  | 'BAD_MAPPING'
  | 'BAD_CONNECTION'
  | 'UNREACHABLE'
  | 'TOO_OLD'
  | 'UNFIT_SERVER'
  | 'UNFIT_TABLE'
  | 'TARGET_NOT_EMPTY'
  | 'ALREADY_RUNNING'
  | 'WRONG_STATE'
  | 'STREAM_BROKEN'
  | 'NOT_VERIFIED'
  | 'DIFFERENT'
  | 'OUTAGE_BUDGET_EXCEEDED'
  | 'GATE_FAILED'
  | 'COMMAND_FAILED'
  | 'TIMED_OUT';

/** A failure that was foreseen: plain words that say what to do, and nothing was changed unless they say so. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor(
    readonly code: MigrationErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}
