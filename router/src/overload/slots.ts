/** Why a slot was not given. */
export type SlotRefusal = 'full' | 'late' | 'abandoned';

/** How many may be at work at once, and how many may wait for how long. */
export interface SlotLimits {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitMilliseconds: number;
}

interface Waiter {
  readonly resolve: (refusal: SlotRefusal | undefined) => void;
  readonly timer: NodeJS.Timeout;
  readonly forget: () => void;
}

/**
 * Bounds how much is under way at once. Beyond the bound a bounded number waits in order, each for a bounded time:
 * what would wait longer is refused early instead of late.
 *
 * @see https://sre.google/sre-book/addressing-cascading-failures/ on queue management
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #waiting = new Set<Waiter>();
  #atOnce: number;
  #taken = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    this.#atOnce = limits.atOnce;
  }

  /** How many are at work. */
  get taken(): number {
    return this.#taken;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many may be at work at once just now. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /** Changes how many may be at work at once. Those who are at work go on. */
  set atOnce(count: number) {
    this.#atOnce = count;
    while (this.#taken < this.#atOnce && this.#waiting.size > 0) {
      this.#admitNext();
    }
  }

  /** Whether whoever comes now would be refused. */
  get isFull(): boolean {
    return this.#taken >= this.#atOnce && this.#waiting.size >= this.#limits.waiting;
  }

  /** Takes a slot when one is free and nobody waits; gives whether it did. */
  tryTake(): boolean {
    if (this.#taken >= this.#atOnce || this.#waiting.size > 0) {
      return false;
    }
    this.#taken += 1;
    return true;
  }

  /**
   * Waits for a slot, and gives undefined when it has one.
   *
   * @param waitMilliseconds how long at most, when that is shorter than the limit
   * @param onAbandoned registers what to do when the slot is not wanted any more; gives what takes it back
   */
  wait(
    waitMilliseconds = Number.POSITIVE_INFINITY,
    onAbandoned?: (abandon: () => void) => () => void,
  ): Promise<SlotRefusal | undefined> {
    if (this.tryTake()) {
      return Promise.resolve(undefined);
    }
    if (this.#waiting.size >= this.#limits.waiting) {
      return Promise.resolve('full');
    }
    return new Promise((resolve) => {
      const giveUp = (refusal: SlotRefusal): void => {
        if (this.#waiting.delete(waiter)) {
          this.#settle(waiter, refusal);
        }
      };
      const longest = Math.min(waitMilliseconds, this.#limits.waitMilliseconds);
      let forget = (): void => undefined;
      const waiter: Waiter = {
        resolve,
        timer: setTimeout(() => giveUp('late'), longest),
        forget: () => forget(),
      };
      this.#waiting.add(waiter);
      forget = onAbandoned?.(() => giveUp('abandoned')) ?? forget;
    });
  }

  /** Gives a slot back. */
  release(): void {
    this.#taken -= 1;
    if (this.#waiting.size > 0 && this.#taken < this.#atOnce) {
      this.#admitNext();
    }
  }

  #admitNext(): void {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      this.#taken += 1;
      this.#settle(waiter, undefined);
      return;
    }
  }

  #settle(waiter: Waiter, refusal: SlotRefusal | undefined): void {
    clearTimeout(waiter.timer);
    waiter.forget();
    waiter.resolve(refusal);
  }
}
