import {
  CHAIN_BEGIN,
  findFalseParts,
  hashEntry,
  type ChainEntry,
  type ChainHead,
  type DisclosedPart,
  type Disclosure,
} from './audit-chain.js';

/** An entry as it lies in the database, with what is left of its disclosure; null when all of it was erased. */
export interface ChainRow {
  readonly entry: ChainEntry;
  readonly disclosure: Disclosure | null;
}

/** Gives the next rows after a place in the chain, in its order; none at the end. */
export type ChainReader = (after: bigint) => Promise<ReadonlyArray<ChainRow>>;

/** Where a chain is not whole. */
export interface ChainBreak {
  readonly sequence: bigint;
  readonly id: string;
  /**
   * `missing`: entries before it are gone. `unlinked`: it is not tied to the entry before it. `changed`: it is
   * not what was hashed. `falseDisclosure`: what its side row tells is not what was committed to.
   */
  readonly kind: 'missing' | 'unlinked' | 'changed' | 'falseDisclosure';
  /** The false parts of a `falseDisclosure`. */
  readonly parts: ReadonlyArray<DisclosedPart>;
}

/** What {@link verifyChain} found. */
export interface ChainReport {
  readonly whole: boolean;
  readonly entries: number;
  /**
   * The last entry. Entries that were cut off at the end leave a whole, shorter chain: compare this with the head
   * that was noted elsewhere.
   */
  readonly head: ChainHead;
  /** The first breaks, at most {@link MAXIMUM_BREAKS}. */
  readonly breaks: ReadonlyArray<ChainBreak>;
}

/** More breaks than these tell nothing new, and would be kept in memory. */
export const MAXIMUM_BREAKS = 100;

/**
 * Verifies a whole chain, page by page: every entry is what was hashed, is tied to the one before, and its side
 * row tells what was committed to. Erased side rows leave the chain whole.
 *
 * @param read one page at a time is kept in memory
 */
export async function verifyChain(read: ChainReader): Promise<ChainReport> {
  const breaks: ChainBreak[] = [];
  let head = CHAIN_BEGIN;
  let entries = 0;
  for (let rows = await read(head.sequence); rows.length > 0; rows = await read(head.sequence)) {
    for (const row of rows) {
      breaks.push(...findBreaks(head, row).slice(0, MAXIMUM_BREAKS - breaks.length));
      head = { sequence: row.entry.sequence, hash: row.entry.hash };
      entries += 1;
    }
  }
  return { whole: breaks.length === 0, entries, head, breaks };
}

function findBreaks(before: ChainHead, { entry, disclosure }: ChainRow): ReadonlyArray<ChainBreak> {
  const falseParts = disclosure === null ? [] : findFalseParts(entry, disclosure);
  const kinds: ReadonlyArray<readonly [ChainBreak['kind'], boolean]> = [
    ['missing', entry.sequence !== before.sequence + 1n],
    ['unlinked', entry.previousHash !== before.hash],
    ['changed', entry.hash !== hashEntry(entry)],
    ['falseDisclosure', falseParts.length > 0],
  ];
  return kinds
    .filter(([, found]) => found)
    .map(([kind]) => ({
      sequence: entry.sequence,
      id: entry.id,
      kind,
      parts: kind === 'falseDisclosure' ? falseParts : [],
    }));
}
