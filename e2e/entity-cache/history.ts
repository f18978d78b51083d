/** A change that was made: from its answer on everybody may expect to see it. */
export interface Write {
  readonly subject: string;
  readonly version: number;
  /** Both in the milliseconds of `performance.now()`. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** What somebody read. */
export interface Read {
  readonly subject: string;
  readonly version: number;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The version that the reader had written before, and must see. */
  readonly written?: number;
}

/** Something that must not have been read. */
export interface Violation {
  readonly kind: 'too old' | 'own write missed' | 'never written';
  readonly read: Read;
  /** What it should have been at least, or at most. */
  readonly version: number;
}

/**
 * Checks what was read against what was written. Versions of a subject grow by one with each write.
 *
 * @param boundMilliseconds how long before a read was sent a write may have been answered that it does not show
 */
export function findViolations(
  writes: ReadonlyArray<Write>,
  reads: ReadonlyArray<Read>,
  boundMilliseconds: number,
): ReadonlyArray<Violation> {
  return reads.flatMap((read): Violation[] => {
    const own = writes.filter(({ subject }) => subject === read.subject);
    const known = own.filter(({ answeredAt }) => answeredAt <= read.sentAt - boundMilliseconds);
    const least = Math.max(0, ...known.map(({ version }) => version));
    const begun = own.filter(({ sentAt }) => sentAt <= read.answeredAt);
    const most = Math.max(0, ...begun.map(({ version }) => version));
    return [
      ...(read.version < least ? [{ kind: 'too old' as const, read, version: least }] : []),
      ...(read.written !== undefined && read.version < read.written
        ? [{ kind: 'own write missed' as const, read, version: read.written }]
        : []),
      ...(read.version > most ? [{ kind: 'never written' as const, read, version: most }] : []),
    ];
  });
}
