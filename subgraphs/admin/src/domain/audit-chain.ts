import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** What was done, by whom, to what. */
export interface AuditEvent {
  /** UUID of the entry to be. */
  readonly id: string;
  readonly occurredAt: Date;
  /** Such as `setting.changed`. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  /** null for the system itself. */
  readonly actorId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Any JSON value; null when there is nothing to say. */
  readonly details: unknown;
}

/** Where a chain ends: the next entry is tied to this. */
export interface ChainHead {
  readonly sequence: bigint;
  readonly hash: string;
}

/** The part of an entry that lasts: what the hash covers, and the hash. */
export interface ChainEntry {
  readonly id: string;
  readonly sequence: bigint;
  readonly occurredAt: Date;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly actorCommitment: string;
  readonly clientCommitment: string;
  readonly detailsCommitment: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The part of an entry that can be erased: what its commitments stand for. A part without its salt is erased. */
export interface Disclosure {
  readonly actorSalt: string | null;
  readonly actorId: string | null;
  readonly clientSalt: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly detailsSalt: string | null;
  readonly details: unknown;
}

/** Where a chain begins: before its first entry. */
export const CHAIN_BEGIN: ChainHead = { sequence: 0n, hash: '0'.repeat(64) };

/** Ties what was done to the end of the chain. */
export function sealEntry(
  head: ChainHead,
  event: AuditEvent,
): { readonly entry: ChainEntry; readonly disclosure: Disclosure } {
  const { actorId, ip, userAgent, details, ...lasting } = event;
  const salts = { actorSalt: makeSalt(), clientSalt: makeSalt(), detailsSalt: makeSalt() };
  const content = {
    ...lasting,
    sequence: head.sequence + 1n,
    actorCommitment: commit(salts.actorSalt, actorId),
    clientCommitment: commit(salts.clientSalt, { ip, userAgent }),
    detailsCommitment: commit(salts.detailsSalt, details),
    previousHash: head.hash,
  };
  return {
    entry: { ...content, hash: hashEntry(content) },
    disclosure: { ...salts, actorId, ip, userAgent, details },
  };
}

/** SHA-256, in hexadecimal, over the canonical JSON of everything that lasts of an entry. */
export function hashEntry(entry: Omit<ChainEntry, 'hash'>): string {
  return sha256({
    id: entry.id,
    sequence: String(entry.sequence),
    occurredAt: entry.occurredAt.toISOString(),
    action: entry.action,
    resourceType: entry.resourceType,
    resourceId: entry.resourceId,
    actorCommitment: entry.actorCommitment,
    clientCommitment: entry.clientCommitment,
    detailsCommitment: entry.detailsCommitment,
    previousHash: entry.previousHash,
  });
}

/** A part of an entry whose text is not what was committed to. */
export type DisclosedPart = 'actor' | 'client' | 'details';

/** Names the parts that are not what the entry committed to. Erased parts say nothing and are none of them. */
export function findFalseParts(entry: ChainEntry, disclosure: Disclosure): ReadonlyArray<DisclosedPart> {
  const { actorSalt, actorId, clientSalt, ip, userAgent, detailsSalt, details } = disclosure;
  const parts = [
    { part: 'actor', salt: actorSalt, value: actorId, commitment: entry.actorCommitment },
    { part: 'client', salt: clientSalt, value: { ip, userAgent }, commitment: entry.clientCommitment },
    { part: 'details', salt: detailsSalt, value: details, commitment: entry.detailsCommitment },
  ] as const;
  return parts
    .filter(({ salt, value, commitment }) => salt !== null && commit(salt, value) !== commitment)
    .map(({ part }) => part);
}

/** Binds to a value without telling it: who does not have the salt cannot even try values. */
function commit(salt: string, value: unknown): string {
  return sha256({ salt, value });
}

function makeSalt(): string {
  return randomBytes(32).toString('base64url');
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
