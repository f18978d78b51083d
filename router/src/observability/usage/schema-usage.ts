import { randomUUID } from 'node:crypto';
import type { CoordinateUse, UsageReport } from '@supergraph/schema/usage';
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { AskedOperation } from '../../execution/policy.js';
import type { ClientProgram } from '../client-program.js';
import { coordinatesOf, type OperationCoordinates } from './operation-coordinates.js';

interface Count {
  count: number;
  lastUsedAt: number;
}

/** Requests for one operation that are not added to its coordinates yet. */
interface Pending {
  readonly coordinates: OperationCoordinates;
  readonly byClient: Map<ClientProgram, Count>;
}

/** Operations with requests that are not added yet; then they are. */
const MAXIMUM_PENDING = 1_000;
/** Counters in memory. Schemas that are larger, with many clients, are counted together from there on. */
const MAXIMUM_COUNTERS = 200_000;
const TOO_MANY: ClientProgram = { name: 'other', version: 'other' };

/**
 * Counts which parts of the schema clients use. What an operation uses is found once; a request for it costs one
 * addition, and those to the coordinates are made when somebody asks for the report. Only values of variables that are
 * objects or enums are looked at every time.
 */
export class SchemaUsage {
  readonly #instance = randomUUID();
  readonly #since = Date.now();
  readonly #byOperation = new WeakMap<OperationDefinitionNode, Pending>();
  readonly #pending = new Set<Pending>();
  readonly #counts = new Map<ClientProgram, Map<string, Count>>();
  #counters = 0;

  /** Counts a request that was executed. */
  count(
    schema: GraphQLSchema,
    { document, operation, variables }: AskedOperation,
    client: ClientProgram,
  ): void {
    let pending = this.#byOperation.get(operation);
    if (pending === undefined) {
      pending = { coordinates: coordinatesOf(schema, document, operation), byClient: new Map() };
      this.#byOperation.set(operation, pending);
    }
    const now = Date.now();
    const known = pending.byClient.get(client);
    if (known === undefined) {
      pending.byClient.set(client, { count: 1, lastUsedAt: now });
      this.#pending.add(pending);
      if (this.#pending.size > MAXIMUM_PENDING) {
        this.#addPending();
      }
    } else {
      known.count += 1;
      known.lastUsedAt = now;
    }
    if (pending.coordinates.variables.length > 0) {
      this.#countVariables(pending.coordinates, variables, client, now);
    }
  }

  /** What was counted since the process started. */
  report(): UsageReport {
    this.#addPending();
    const uses = [...this.#counts].flatMap(([client, coordinates]) =>
      [...coordinates].map(([coordinate, { count, lastUsedAt }]): CoordinateUse => ({
        coordinate,
        client: client.name,
        clientVersion: client.version,
        count,
        lastUsedAt: new Date(lastUsedAt).toISOString(),
      })),
    );
    return {
      version: 1,
      instances: [
        {
          instance: this.#instance,
          since: new Date(this.#since).toISOString(),
          until: new Date().toISOString(),
          uses,
        },
      ],
    };
  }

  #countVariables(
    { variables }: OperationCoordinates,
    values: AskedOperation['variables'],
    client: ClientProgram,
    now: number,
  ): void {
    const used = new Set<string>();
    for (const { name, walk } of variables) {
      walk(values[name], (coordinate) => used.add(coordinate));
    }
    for (const coordinate of used) {
      this.#add(client, coordinate, 1, now);
    }
  }

  #addPending(): void {
    for (const { coordinates, byClient } of this.#pending) {
      for (const [client, { count, lastUsedAt }] of byClient) {
        for (const coordinate of coordinates.fixed) {
          this.#add(client, coordinate, count, lastUsedAt);
        }
      }
      byClient.clear();
    }
    this.#pending.clear();
  }

  #add(client: ClientProgram, coordinate: string, count: number, usedAt: number): void {
    const isFull = this.#counters >= MAXIMUM_COUNTERS;
    const whose = isFull && this.#counts.get(client)?.has(coordinate) !== true ? TOO_MANY : client;
    let coordinates = this.#counts.get(whose);
    if (coordinates === undefined) {
      coordinates = new Map();
      this.#counts.set(whose, coordinates);
    }
    const known = coordinates.get(coordinate);
    if (known === undefined) {
      coordinates.set(coordinate, { count, lastUsedAt: usedAt });
      this.#counters += 1;
    } else {
      known.count += count;
      known.lastUsedAt = Math.max(known.lastUsedAt, usedAt);
    }
  }
}
