/**
 * Why a subgraph gave no answer:
 * - `unreachable`: no replica took a connection, so nothing was sent;
 * - `interrupted`: the connection broke after the request was sent, so it may have been carried out;
 * - `overloaded`: it said 502, 503 or 504 and nothing else;
 * - `late`: the deadline passed;
 * - `malformed`: what it sent is not a GraphQL response;
 * - `abandoned`: whoever asked has left;
 * - `open`: it failed so often of late that it is not asked just now, so nothing was sent;
 * - `full`: too many requests to it wait already, so nothing was sent.
 */
export type TransportFailureKind =
  'unreachable' | 'interrupted' | 'overloaded' | 'late' | 'malformed' | 'abandoned' | 'open' | 'full';

const NEVER_SENT: ReadonlySet<TransportFailureKind> = new Set(['unreachable', 'open', 'full']);

/** A subgraph gave no answer. The message is for logs: it may name addresses. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(
    readonly kind: TransportFailureKind,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }

  /** Whether it is certain that the subgraph has not seen the request. */
  get isNeverSent(): boolean {
    return NEVER_SENT.has(this.kind);
  }
}
