import type { Prisma } from '../generated/prisma/client.js';
import type { PayerRecord } from './payers.js';

/** A payer as an event tells, with the version of auth's row. */
type ToldPayer = PayerRecord & { readonly version: number };

/**
 * Keeps a payer as of a version. A row that is newer keeps what it has; one that came by a question (version 0) keeps
 * its status, since auth said it after the registration.
 */
export async function putPayer(
  transaction: Prisma.TransactionClient,
  { id, email, name, status, version }: ToldPayer,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO payments.payers AS kept (id, email, name, status, version)
    VALUES (${id}::uuid, ${email}, ${name}, ${status}::payments."PayerStatus", ${version}::integer)
    ON CONFLICT (id) DO UPDATE
      SET email = excluded.email, name = excluded.name, version = greatest(kept.version, excluded.version)
      WHERE kept.version < excluded.version OR kept.name IS NULL`;
}

/**
 * Sets a payer's status as of a version, unless the row is as new. Of one who is not here yet only that is noted: a
 * question that is under way may bring an older status, and only fills in name and e-mail then.
 */
export async function setPayerStatus(
  transaction: Prisma.TransactionClient,
  { id, status, version }: Pick<ToldPayer, 'id' | 'status' | 'version'>,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO payments.payers AS kept (id, status, version)
    VALUES (${id}::uuid, ${status}::payments."PayerStatus", ${version}::integer)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version
      WHERE kept.version < excluded.version`;
}

/** Notes that auth's row has another version, of a payer who is here. */
export async function setPayerVersion(
  transaction: Prisma.TransactionClient,
  id: string,
  version: number,
): Promise<void> {
  await transaction.$executeRaw`
    UPDATE payments.payers SET version = ${version}::integer WHERE id = ${id}::uuid AND version < ${version}::integer`;
}
