import type { Side } from '../state/index.js';

/** Holds a service's clients for the moment in which its database is exchanged. */
export interface Gate {
  /**
   * Makes sure that whoever has to obey is there, and waits a while for a process that is just starting. Nobody is held
   * yet.
   *
   * @throws MigrationError `GATE_FAILED`
   */
  prepare(): Promise<void>;
  /**
   * Lets no new transaction begin and waits for those that run.
   *
   * @param options.deadlineMilliseconds how long to wait for them
   * @param options.leaseMilliseconds after which a gate that can opens itself, should this process be gone
   * @throws MigrationError `GATE_FAILED` when it cannot be closed in time; it is open again then, as far as possible
   */
  hold(options: { readonly deadlineMilliseconds: number; readonly leaseMilliseconds: number }): Promise<void>;
  /** Lets everybody go on, on that side. Running it again changes nothing. */
  release(side: Side): Promise<void>;
  close(): Promise<void>;
}

/** For services that nobody holds: their writes meet the lock of the old side until they are pointed to the new one. */
export function openGate(): Gate {
  return {
    prepare: async () => undefined,
    hold: async () => undefined,
    release: async () => undefined,
    close: async () => undefined,
  };
}
