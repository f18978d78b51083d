import type { SubgraphSettings } from '../configuration.js';
import type { TransportSettings } from './configuration.js';
import { SubgraphClient } from './subgraph-client.js';

/** The clients of all subgraphs: kept over a reload of the supergraph as long as nothing about a subgraph changes. */
export class SubgraphClients {
  readonly #clients = new Map<string, SubgraphClient>();

  /**
   * @param graceMilliseconds how long a client that is not needed any more goes on for requests under way
   */
  constructor(
    private readonly transport: TransportSettings,
    private readonly graceMilliseconds: number,
  ) {}

  /** Gives the client for exactly these settings. */
  clientFor(settings: SubgraphSettings): SubgraphClient {
    const key = JSON.stringify(settings);
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = new SubgraphClient(settings, this.transport);
      this.#clients.set(key, client);
    }
    return client;
  }

  /** Lets go of every client that is not among `needed`. */
  keepOnly(needed: ReadonlyArray<SubgraphClient>): void {
    for (const [key, client] of this.#clients) {
      if (!needed.includes(client)) {
        this.#clients.delete(key);
        setTimeout(() => void client.close(), this.graceMilliseconds).unref();
      }
    }
  }

  /** All of them, those included that end soon. */
  get all(): ReadonlyArray<SubgraphClient> {
    return [...this.#clients.values()];
  }

  /** Closes all connections when their requests have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#clients.clear();
  }
}
