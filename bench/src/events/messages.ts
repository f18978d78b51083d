/** What the measuring process tells its children, and they it. */
export type Order =
  | { readonly type: 'write'; readonly events: number; readonly perSecond: number | null }
  /** Takes over every row of the producer's table. */
  | { readonly type: 'rebuild' }
  | { readonly type: 'usage' }
  | { readonly type: 'stop' };

export type Report =
  | { readonly type: 'ready'; readonly url?: string }
  /** When each event's transaction had committed, in milliseconds since 1970. */
  | { readonly type: 'committed'; readonly times: ReadonlyArray<readonly [id: string, time: number]> }
  /** The same of the transaction that applied it. */
  | { readonly type: 'applied'; readonly times: ReadonlyArray<readonly [id: string, time: number]> }
  | {
      readonly type: 'rebuilt';
      readonly rows: number;
      readonly seconds: number;
      /** The most that the process ever had. */
      readonly residentBytes: number;
    }
  | { readonly type: 'usage'; readonly cpuMilliseconds: number; readonly residentBytes: number };

/** Milliseconds since 1970, to the microsecond: comparable between processes of one machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
