/** Why a database could not be set up, stable across releases. */
export type ProvisioningErrorCode =
  | 'BAD_NAME'
  | 'BAD_PASSWORD'
  | 'DATABASE_HAS_ANOTHER_OWNER'
  | 'SCHEMA_HAS_ANOTHER_OWNER'
  | 'SERVICE_ROLE_MISSING'
  | 'SERVICE_ROLE_UNFIT'
  | 'SCHEMA_MISSING'
  | 'BAD_GRANTS_FILE';

/** Every expected failure of this room; PostgreSQL's own errors pass through. The message says what to do about it. */
export class ProvisioningError extends Error {
  readonly code: ProvisioningErrorCode;

  constructor(code: ProvisioningErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProvisioningError';
    this.code = code;
  }
}
