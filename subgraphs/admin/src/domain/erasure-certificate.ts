import { createHash } from 'node:crypto';
import type { ErasedStore, ErasureStepRecord } from '../store/erasure-steps.js';
import type { ErasureRecord } from '../store/erasures.js';
import type { ChainHead } from './audit-chain.js';
import { canonicalJson } from './canonical-json.js';

/** What became of the audit log when a person was taken out of it. */
export interface AuditCheck {
  /** How many entries lost what they told of the person. */
  readonly touched: number;
  /** How many of them were looked at again: they are what was hashed, and what they still tell is true. */
  readonly checked: number;
  readonly whole: boolean;
  /** The end of the chain at that moment. */
  readonly head: ChainHead;
}

/** The proof that a person was forgotten: every store that was touched, and what is kept and why. */
export interface ErasureCertificate {
  readonly certificate: object;
  /** SHA-256 over the canonical JSON of the certificate, in hexadecimal. */
  readonly certificateHash: string;
}

/**
 * Writes the certificate of an erasure. It holds bare ids and counts.
 *
 * @param steps all of them, done
 * @see https://www.rfc-editor.org/rfc/rfc8785 (the canonical JSON that is hashed)
 */
export function certify(
  erasure: ErasureRecord,
  steps: ReadonlyArray<ErasureStepRecord>,
  { audit, completedAt }: { readonly audit: AuditCheck; readonly completedAt: Date },
): ErasureCertificate {
  const services = [...steps]
    .sort((one, other) => (one.service < other.service ? -1 : 1))
    .map(({ service, completedAt: doneAt, stores }) => ({
      service,
      completedAt: doneAt?.toISOString() ?? null,
      stores: (stores ?? []).map(plain),
    }));
  const certificate = {
    erasureId: erasure.id,
    userId: erasure.userId,
    requestedBy: erasure.requestedBy,
    requestedAt: erasure.requestedAt.toISOString(),
    completedAt: completedAt.toISOString(),
    services,
    kept: services.flatMap(({ service, stores }) =>
      stores
        .filter(({ action }) => action === 'KEPT')
        .map(({ store, rows, reason }) => ({ service, store, rows, reason })),
    ),
    audit: { ...audit, head: { sequence: String(audit.head.sequence), hash: audit.head.hash } },
  };
  return {
    certificate,
    certificateHash: createHash('sha256').update(canonicalJson(certificate)).digest('hex'),
  };
}

function plain({ store, rows, action, reason }: ErasedStore): ErasedStore {
  return { store, rows, action, reason };
}
