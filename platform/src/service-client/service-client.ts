import { ApplicationError, describeCause } from '../errors/index.js';
import type { Logger } from '../telemetry/index.js';
import { isQuery } from './is-query.js';
import { createReplica, isReplicaAway, type Replica } from './replica.js';
import { readAnswer } from './read-answer.js';
import type { z } from 'zod';

/** Who asks whom, and how long it waits. */
export interface ServiceClientOptions {
  /** The service that asks. */
  readonly caller: string;
  /** The service that is asked. */
  readonly service: string;
  /** The `/graphql` address of each of its replicas. */
  readonly urls: ReadonlyArray<string>;
  /** The secret of this pair of caller and service. */
  readonly secret: string;
  readonly logger: Logger;
  /** For one question with all its attempts. */
  readonly timeoutMilliseconds: number;
}

/** One operation and what its answer must look like. */
export interface ServiceQuestion<Type extends z.ZodType> {
  /** A GraphQL document with one operation. */
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The type of `data`: an answer of another shape counts as none. */
  readonly data: Type;
}

/** Asks one other service, as the service itself and not for a user. */
export interface ServiceClient {
  /**
   * @returns the answer's `data`
   * @throws {ApplicationError} `DEPENDENCY_UNAVAILABLE` with the service's name in `details.dependency`, when it
   *   cannot be reached, is late, refuses, or answers with an error or something else than `data` says
   */
  ask<Type extends z.ZodType>(question: ServiceQuestion<Type>): Promise<z.output<Type>>;
  /** Finishes what is under way and closes the connections. */
  close(): Promise<void>;
}

/** One replica is asked twice as well: a kept connection may have been closed just as it was used. */
const MINIMUM_ATTEMPTS = 2;

/**
 * Makes a client over kept connections. Questions go to the replicas in turn. A query whose replica cannot be
 * reached goes to the next one until the time is up; a mutation is sent once, since it may have been carried out.
 *
 * @throws when there is no address or no secret
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { caller, service, urls, secret, logger, timeoutMilliseconds } = options;
  if (urls.length === 0 || secret === '') {
    throw new Error(`The client of ${service} needs an address and a secret.`);
  }
  const replicas = urls.map((url) => createReplica({ url, caller, secret, timeoutMilliseconds }));
  let turn = 0;

  const send = async (body: string, attempts: number): Promise<unknown> => {
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    for (let attempt = 1; ; attempt += 1) {
      const replica = replicas[turn++ % replicas.length] as Replica;
      try {
        return await replica.send(body, signal);
      } catch (error) {
        if (attempt >= attempts || signal.aborted || !isReplicaAway(error)) {
          throw error;
        }
        logger.warn(
          { service, url: replica.url, attempt, cause: describeCause(error) },
          'asking another replica',
        );
      }
    }
  };

  return {
    async ask({ document, variables = {}, data }) {
      const attempts = isQuery(document) ? Math.max(MINIMUM_ATTEMPTS, replicas.length) : 1;
      try {
        return readAnswer(await send(JSON.stringify({ query: document, variables }), attempts), data);
      } catch (error) {
        throw new ApplicationError(
          'DEPENDENCY_UNAVAILABLE',
          `The service \`${service}\`, which this needs, does not answer just now; try again shortly.`,
          { cause: error, details: { dependency: service } },
        );
      }
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}
