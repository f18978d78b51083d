/** One look at a log: what was numbered last, and the transactions that may still hold a number up to it. */
export interface LogObservation {
  readonly last: bigint;
  /** Virtual transaction ids, each of one transaction for as long as the server runs. */
  readonly holders: ReadonlyArray<string>;
  /** When the look began, in the milliseconds of `performance.now()`. */
  readonly at?: number;
}

/** A number that counts as settled once none of these transactions is left. */
interface Candidate {
  readonly sequence: bigint;
  readonly at: number;
  holders: ReadonlyArray<string>;
}

/** Looks come every few milliseconds while a slow transaction lasts; more candidates would only cost memory. */
const MAXIMUM_CANDIDATES = 64;

/**
 * Finds up to which number a log is settled: everything up to it has committed or never will. Nobody waits for
 * anybody: each look begins a new candidate, and a candidate is settled when the transactions that held the log's
 * lock at its look are gone. A transaction that comes later draws a higher number, so it does not hold an older
 * candidate up.
 *
 * Observations must be given in the order in which they were made.
 */
export class SettledWatermark {
  private candidates: Candidate[] = [];
  private newest = 0n;
  private current = 0n;
  private currentAt = -Infinity;

  /** Everything up to here may be read. */
  get settled(): bigint {
    return this.current;
  }

  /**
   * The moment, in the milliseconds of `performance.now()`, as of which the log is settled: whatever had committed by
   * then has a number up to {@link settled}.
   */
  get settledAsOf(): number {
    return this.currentAt;
  }

  /** Tells whether numbers were drawn that are not settled yet. */
  get isPending(): boolean {
    return this.candidates.length > 0;
  }

  /** @returns false when the log went back, since its database was restored or another one answers: all is forgotten */
  observe({ last, holders, at = -Infinity }: LogObservation): boolean {
    if (last < this.newest) {
      this.candidates = [];
      this.newest = 0n;
      this.current = 0n;
      this.currentAt = -Infinity;
      return false;
    }
    const alive = new Set(holders);
    for (const candidate of this.candidates) {
      candidate.holders = candidate.holders.filter((holder) => alive.has(holder));
    }
    if (last > this.newest && this.candidates.length < MAXIMUM_CANDIDATES) {
      this.candidates.push({ sequence: last, at, holders });
      this.newest = last;
    }
    const settled = this.candidates.findLastIndex((candidate) => candidate.holders.length === 0);
    if (settled >= 0) {
      this.current = this.candidates[settled]?.sequence ?? this.current;
      this.currentAt = this.candidates[settled]?.at ?? this.currentAt;
      this.candidates = this.candidates.slice(settled + 1);
    }
    if (this.current === last) {
      this.currentAt = at;
    }
    return true;
  }
}
