/** A generator of numbers that a seed decides. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below the limit. */
  below(limit: number): number;
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to choose what happens next. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
  };
}

/** One transaction of a producer. */
export interface ScheduledWrite {
  /** Which of the source's widgets it changes, in this order. */
  readonly widgets: ReadonlyArray<number>;
  /** How long it takes between its events and its commit. */
  readonly slowMilliseconds: number;
  readonly rollsBack: boolean;
}

/** What may happen, one after the other; only the consumers go on meanwhile. */
export type Step =
  | { readonly kind: 'write'; readonly source: number; readonly writes: ReadonlyArray<ScheduledWrite> }
  /** The handler throws so many times for that widget. */
  | { readonly kind: 'fail'; readonly source: number; readonly widget: number; readonly times: number }
  | { readonly kind: 'startConsumer' | 'stopConsumer'; readonly source: number }
  | { readonly kind: 'backup' | 'restore' | 'prune' | 'wipeBroker'; readonly source: number }
  | { readonly kind: 'pause'; readonly milliseconds: number };

/** A run: what happens in it, and how bad its transports are. */
export interface Schedule {
  readonly seed: number;
  /** Pages of the feed go astray, or messages of a broker do. */
  readonly carrier: 'feed' | 'broker';
  /** How likely each page or message goes astray. */
  readonly faultRate: number;
  readonly steps: ReadonlyArray<Step>;
}

export const SOURCES = ['maker', 'smith'] as const;
export const WIDGETS_A_SOURCE = 3;

/** Makes the schedule of a seed. */
export function createSchedule(seed: number): Schedule {
  const random = createRandom(seed);
  const chooseStep = (): Step => {
    const source = random.below(SOURCES.length);
    const kind = random.below(20);
    if (kind < 8) {
      return { kind: 'write', source, writes: chooseWrites(random) };
    }
    if (kind < 10) {
      return { kind: 'fail', source, widget: random.below(WIDGETS_A_SOURCE), times: 1 + random.below(4) };
    }
    if (kind < 14) {
      return { kind: kind < 12 ? 'startConsumer' : 'stopConsumer', source };
    }
    if (kind < 16) {
      return { kind: 'pause', milliseconds: random.below(20) };
    }
    const rare = ['backup', 'restore', 'prune', 'wipeBroker'] as const;
    return { kind: rare[kind - 16] as (typeof rare)[number], source };
  };
  const carrier = random.chance(0.5) ? 'feed' : 'broker';
  const faultRate = random.next() * 0.5;
  const length = 8 + random.below(12);
  return { seed, carrier, faultRate, steps: Array.from({ length }, chooseStep) };
}

function chooseWrites(random: Random): ReadonlyArray<ScheduledWrite> {
  return Array.from({ length: 1 + random.below(5) }, () => ({
    // In one order, so that transactions do not lock each other out.
    widgets: [
      ...new Set(Array.from({ length: 1 + random.below(3) }, () => random.below(WIDGETS_A_SOURCE))),
    ].sort(),
    slowMilliseconds: random.chance(0.3) ? random.below(15) : 0,
    rollsBack: random.chance(0.2),
  }));
}
