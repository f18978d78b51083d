import { v7 as uuidv7 } from 'uuid';
import type { Prisma } from '../generated/prisma/client.js';
import type { LedgerAccount } from '../generated/prisma/enums.js';

/** One line of the ledger. */
export interface LedgerLine {
  readonly account: LedgerAccount;
  /** Whose account, for PAYER and RECIPIENT. */
  readonly userId: string | null;
  readonly currency: string;
  /** What the account gains, a decimal number; less than 0 for what it gives. */
  readonly amount: string;
}

/** Lines that sum to zero in every currency, and the change of status that they belong to. */
export interface Posting {
  readonly paymentId: string;
  readonly transitionId: string;
  readonly lines: ReadonlyArray<LedgerLine>;
  readonly createdAt: Date;
}

/** Writes a posting into table `ledger_entries` in the transaction of its transition, in one statement. */
export async function writePosting(
  transaction: Prisma.TransactionClient,
  { lines, ...posting }: Posting,
): Promise<void> {
  await transaction.ledgerEntry.createMany({
    data: lines.map((line) => ({ id: uuidv7(), ...posting, ...line })),
  });
}
