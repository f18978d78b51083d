import type { Logger } from '../../telemetry/index.js';
import { findOpenSide, isStillOpen, type GateSide, type GateUrls } from './side.js';

/** Where a gate stands. `unknown`: the databases are asked before the next transaction begins. */
export type GateState = GateSide | 'held' | 'unknown';

/** Holds transactions before they begin while a service's database is exchanged, and then lets them go to the new one. */
export interface WriteGate {
  readonly state: GateState;
  /** Connections that are in use by whoever began before the gate was closed. */
  readonly running: number;
  /**
   * Lets nobody begin from now on, and waits for those that run.
   *
   * @param options.deadlineMilliseconds how long to wait for them
   * @param options.leaseMilliseconds after which the gate asks the databases which of them is open, in case whoever
   * holds it is gone
   * @returns whether all of them ended; the gate is held in either case
   */
  hold(options: {
    readonly deadlineMilliseconds: number;
    readonly leaseMilliseconds: number;
  }): Promise<boolean>;
  /** Lets everybody go on, on that side. */
  release(side: GateSide): void;
  /** Waits until somebody may begin, and counts them in until `leave`. */
  enter(): Promise<{ readonly side: GateSide; readonly leave: () => void }>;
  /**
   * Tells whoever stays connected beside the pool when the gate leaves a side.
   *
   * @returns ends it
   */
  onChange(listener: (state: GateState) => void): () => void;
  /** Ends the watch over the databases. */
  stop(): void;
}

export interface WriteGateOptions {
  /** The service's name in the migration's mapping. */
  readonly service: string;
  readonly urls: GateUrls;
  readonly logger: Logger;
  /** How long somebody is held at most before they get an error. Default: 10 000. */
  readonly longestWaitMilliseconds?: number;
  /** How often the side in use is asked whether it still is the one. Default: 1 000. */
  readonly watchMilliseconds?: number;
}

const RETRY_MILLISECONDS = 50;

/** Makes a gate that asks the databases before the first transaction begins. */
export function createWriteGate(options: WriteGateOptions): WriteGate {
  const { service, urls, logger } = options;
  let state: GateState = 'unknown';
  let running = 0;
  let asking: Promise<void> | undefined;
  let lease: NodeJS.Timeout | undefined;
  const changed = new Set<() => void>();
  const listeners = new Set<(state: GateState) => void>();

  function become(next: GateState): void {
    const isNew = state !== next;
    state = next;
    if (isNew) [...listeners].forEach((listener) => listener(next));
    const waiting = [...changed];
    changed.clear();
    waiting.forEach((wake) => wake());
  }
  function nextChange(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      function done(): void {
        clearTimeout(timer);
        changed.delete(done);
        resolve();
      }
      changed.add(done);
    });
  }
  /** One look at a time for however many wait. */
  function look(): Promise<void> {
    asking ??= findOpenSide(service, urls)
      .then((side) => {
        // A release or a hold in the meantime knows better.
        if (state === 'unknown' && side !== undefined) become(side);
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  const watch = setInterval(() => {
    const side = state;
    if (side === 'held' || side === 'unknown') return;
    void isStillOpen(service, urls[side]).then((isOpen) => {
      if (isOpen || state !== side) return;
      logger.warn(
        { service, side },
        'the database in use takes no writes any more; looking for the other one',
      );
      become('unknown');
    });
  }, options.watchMilliseconds ?? 1_000);
  watch.unref();

  return {
    get state() {
      return state;
    },
    get running() {
      return running;
    },
    async hold({ deadlineMilliseconds, leaseMilliseconds }) {
      clearTimeout(lease);
      become('held');
      lease = setTimeout(() => {
        if (state !== 'held') return;
        logger.warn({ service }, 'nobody released the gate in time; asking the databases which one is open');
        become('unknown');
      }, leaseMilliseconds);
      lease.unref();
      const end = performance.now() + deadlineMilliseconds;
      while (running > 0 && state === 'held' && performance.now() < end) {
        await nextChange(Math.max(1, end - performance.now()));
      }
      return running === 0 && state === 'held';
    },
    release(side) {
      clearTimeout(lease);
      become(side);
    },
    async enter() {
      const end = performance.now() + (options.longestWaitMilliseconds ?? 10_000);
      for (;;) {
        const side = state;
        if (side === 'source' || side === 'target') {
          running += 1;
          let hasLeft = false;
          return {
            side,
            leave() {
              if (hasLeft) return;
              hasLeft = true;
              running -= 1;
              if (running === 0) become(state);
            },
          };
        }
        if (performance.now() >= end) {
          throw new Error(`The database of ${service} is being exchanged, and that took too long.`);
        }
        if (side === 'unknown') {
          // When the databases are away that is for the caller to hear now.
          await look();
        }
        if (state === 'unknown' || state === 'held') {
          await nextChange(Math.min(RETRY_MILLISECONDS, Math.max(1, end - performance.now())));
        }
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      clearInterval(watch);
      clearTimeout(lease);
    },
  };
}
