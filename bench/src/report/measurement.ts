/** One measured figure, as the results file holds it. */
export interface Measurement {
  /** What was measured, in words. */
  readonly what: string;
  readonly value: number;
  /** `ms`, `events/s`, `% of a core`, `MB`. */
  readonly unit: string;
  /** What it should be, in words; undefined when nothing was promised. */
  readonly goal?: string;
  /** Whether it is. */
  readonly isMet?: boolean;
}

/** What one benchmark found. */
export interface BenchmarkResult {
  readonly name: string;
  readonly title: string;
  /** The command that makes it again. */
  readonly command: string;
  readonly measurements: ReadonlyArray<Measurement>;
  /** Every figure behind them, for the results file. */
  readonly details?: unknown;
  /** Markdown that follows the table. */
  readonly sections?: string;
  /** SVG files beside the results, by name. */
  readonly pictures?: Readonly<Record<string, string>>;
  /** What somebody must know to read the figures. */
  readonly notes: ReadonlyArray<string>;
}

/** Middle of sorted numbers, or any other share of them: 0.5, 0.99. */
export function quantile(values: ReadonlyArray<number>, share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) {
    throw new Error('There is nothing to take a quantile of.');
  }
  return value;
}
