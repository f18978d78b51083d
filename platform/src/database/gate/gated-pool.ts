import pg from 'pg';
import type { Counter } from 'prom-client';
import { CountingPool } from '../counting-pool.js';
import { connectLike, type SessionOpener } from '../session.js';
import { GATE_SIDES, type GateSide, type GateUrls } from './side.js';
import type { WriteGate } from './write-gate.js';

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/**
 * A pool in front of the pools of both sides: whoever asks for a connection waits at the gate and gets one to the side
 * that is open then. Whoever uses it, Prisma's adapter too, sees one ordinary pool that never changes.
 */
export class GatedPool extends CountingPool implements SessionOpener {
  private readonly sides: Readonly<Record<GateSide, pg.Pool>>;

  constructor(
    config: Omit<pg.PoolConfig, 'connectionString'>,
    urls: GateUrls,
    private readonly gate: WriteGate,
    counter: Counter,
  ) {
    super(config, counter);
    const [source, target] = GATE_SIDES.map((side) => {
      const pool = new pg.Pool({ ...config, connectionString: urls[side] });
      pool.on('error', (error, client) => this.emit('error', error, client));
      return pool;
    });
    this.sides = { source, target } as Record<GateSide, pg.Pool>;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const taking = this.take();
    if (callback === undefined) return taking;
    taking.then(
      (client) => callback(undefined, client, (release) => client.release(release as Error | undefined)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
    return undefined;
  }

  /**
   * Opens a connection to the side that is open. It is ended as soon as the gate leaves that side, so that nobody listens to,
   * or holds a lock of, a database that another one has taken the place of.
   */
  async openSession(): Promise<pg.Client> {
    const { side, leave } = await this.gate.enter();
    try {
      const client = await connectLike(this.sides[side]);
      if (this.gate.state !== side) {
        client.end().catch(() => undefined);
        throw new Error('The database was exchanged while a connection to it was opened.');
      }
      const unwatch = this.gate.onChange((state) => {
        if (state !== side) client.end().catch(() => undefined);
      });
      client.once('end', unwatch);
      return client;
    } finally {
      leave();
    }
  }

  override async end(): Promise<void> {
    this.gate.stop();
    await Promise.all([this.sides.source.end(), this.sides.target.end(), super.end()]);
  }

  private async take(): Promise<pg.PoolClient> {
    const { side, leave } = await this.gate.enter();
    let client: pg.PoolClient;
    try {
      client = await this.sides[side].connect();
    } catch (error) {
      leave();
      throw error;
    }
    // The pool gives a client a new `release` each time that it is taken.
    const release = client.release.bind(client);
    client.release = (reason) => {
      release(reason);
      leave();
    };
    return client;
  }
}
