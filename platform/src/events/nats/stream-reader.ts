import type { Position } from '../position.js';
import type { BrokerMessage } from './message.js';

/** The last sign of life of a source's relay. */
export interface Heartbeat {
  /** Everything up to here was published. */
  readonly position: Position;
  /** When it came, in milliseconds of the epoch. */
  readonly at: number;
}

/** What comes from a broker, unjudged: messages may be missing, repeated, late and out of order. */
export interface StreamReader {
  /** False while nothing can come. */
  readonly isConnected: boolean;
  /** Messages that came and were not taken yet, in the order in which they came. */
  readonly messages: BrokerMessage[];
  /** Since it began to read this time; undefined before the first. */
  readonly heartbeat: Heartbeat | undefined;
  /** When something of the source came last, in milliseconds of the epoch; 0 when nothing did. */
  readonly heardAt: number;
  /** Resolves when something of the above changed, or after the time. */
  changed(milliseconds: number): Promise<void>;
  close(): void;
}

/** Makes a reader of a source for one who follows it. */
export type OpenStreamReader = (options: {
  /** Of other types only the place is read. */
  readonly isWanted: (type: string) => boolean;
  /** Where its reader stands, asked whenever it begins to read anew; undefined while nobody knows. */
  readonly place: () => Position | undefined;
}) => StreamReader;

/** Wakes who waits. */
export class Signal {
  private readonly waiting = new Set<() => void>();

  notify(): void {
    for (const wake of [...this.waiting]) {
      wake();
    }
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds).unref();
      this.waiting.add(wake);
    });
  }
}
