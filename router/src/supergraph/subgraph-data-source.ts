import type { GraphQLDataSource } from '@apollo/gateway';
import { ERROR_CATALOGUE } from '@supergraph/platform/errors';
import type { Logger } from '@supergraph/platform/telemetry';
import type { RouterLimits } from '../configuration.js';
import { describeTransportFailure } from '../failures/describe-transport-failure.js';
import { fieldsOfEntity, readFetchedFields } from '../failures/fetched-fields.js';
import { filterSubgraphError } from '../failures/filter-subgraph-error.js';
import { matchRepresentations } from '../failures/match-representations.js';
import { placeErrors, spreadOverFields, type FetchTarget } from '../failures/place-errors.js';
import type { SubgraphError } from '../failures/subgraph-error.js';
import type { RouterContext } from '../identity/request-context.js';
import { requestHeaders } from '../transport/request-headers.js';
import type { SubgraphAnswer } from '../transport/subgraph-answer.js';
import type { SubgraphClient } from '../transport/subgraph-client.js';
import { TransportFailure } from '../transport/transport-failure.js';

type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];
type Response = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** One fetch of a query plan as the executor hands it over. */
interface Fetch {
  readonly query: string;
  readonly operation: 'query' | 'mutation';
  readonly variables: Readonly<Record<string, unknown>>;
  readonly representations: ReadonlyArray<unknown> | undefined;
  /** Where in the response its entities are, `@` for every element of a list. */
  readonly path: ReadonlyArray<string | number>;
  readonly body: string;
}

/**
 * Stands between the executor and a subgraph. It never throws: a failure becomes the errors of an answer without
 * data, one for each field that it costs, so that the executor goes on with everything else.
 */
export class SubgraphDataSource implements GraphQLDataSource<RouterContext> {
  constructor(
    private readonly client: SubgraphClient,
    private readonly limits: RouterLimits,
    private readonly logger: Logger,
  ) {}

  async process(options: ProcessOptions): Promise<Response> {
    const context = options.context as RouterContext;
    const fetch = readFetch(options);
    let answer: SubgraphAnswer;
    try {
      answer = checkEntities(fetch, await this.#send(fetch, context));
    } catch (error) {
      if (!(error instanceof TransportFailure)) {
        throw error;
      }
      return { data: null, errors: [...this.#describeFailure(error, fetch, context)] };
    }
    return this.#deliver(answer, fetch, context);
  }

  async #send(fetch: Fetch, context: RouterContext): Promise<SubgraphAnswer> {
    const { lifetime } = context;
    return this.client.send({
      operation: fetch.operation,
      body: fetch.body,
      headers: requestHeaders(context, this.client.settings.secret),
      timeoutMilliseconds: Math.min(this.limits.subgraphTimeoutMilliseconds, lifetime.remainingMilliseconds),
      // A mutation goes on when its client has left: half of it may be done.
      ...(fetch.operation === 'query' ? { onAbandoned: lifetime.onAbandoned } : {}),
    });
  }

  #describeFailure(
    failure: TransportFailure,
    fetch: Fetch,
    context: RouterContext,
  ): ReadonlyArray<SubgraphError> {
    const service = this.client.settings.name;
    const uncertain = fetch.operation === 'mutation' && failure.kind !== 'unreachable';
    const error = describeTransportFailure(service, failure, uncertain);
    const { code, cause } = error.extensions;
    const level = failure.kind === 'abandoned' ? 'debug' : 'error';
    this.logger[level]({ subgraph: service, code, cause }, 'a fetch from a subgraph failed');
    return spreadOverFields(error, targetOf(fetch, context));
  }

  #deliver(answer: SubgraphAnswer, fetch: Fetch, context: RouterContext): Response {
    const data = answer.data ?? null;
    const errors = (answer.errors ?? []).map((error) =>
      filterSubgraphError(this.client.settings.name, error),
    );
    this.#log(errors);
    const placed = errors.length === 0 ? [] : placeErrors(errors, data, targetOf(fetch, context));
    this.#remember(data, placed, fetch, context);
    return { data, ...(placed.length === 0 ? {} : { errors: [...placed] }) };
  }

  #log(errors: ReadonlyArray<SubgraphError>): void {
    for (const { message, path, extensions } of errors.slice(0, LOGGED_ERRORS)) {
      const { service, code, cause } = extensions;
      const level = ERROR_CATALOGUE[code].status >= 500 ? 'warn' : 'debug';
      this.logger[level](
        { subgraph: service, code, cause, message, path },
        'a subgraph answered with an error',
      );
    }
  }

  #remember(
    data: Readonly<Record<string, unknown>> | null,
    errors: ReadonlyArray<SubgraphError>,
    fetch: Fetch,
    context: RouterContext,
  ): void {
    if (data !== null && fetch.path.length === 0 && fetch.representations === undefined) {
      context.tree.addRoot(data);
    }
    const entities = data?.['_entities'];
    if (errors.length > 0 || !Array.isArray(entities) || !entities.includes(null)) {
      return;
    }
    const { fields, entityIndexes } = targetOf(fetch, context);
    const objects = context.tree.entitiesAt(fetch.path);
    for (const [index, entity] of entities.entries()) {
      const object = objects[entityIndexes[index] ?? index];
      if (entity === null && object !== undefined) {
        const names = fieldsOfEntity(fields, object['__typename']);
        context.tree.noteUnknown(object, { service: this.client.settings.name, fields: new Set(names) });
      }
    }
  }
}

/** Of one answer: a subgraph that fails for every entity says the same each time. */
const LOGGED_ERRORS = 5;

const ENTITY_FETCH = /\$representations:\s*\[_Any!\]!/;

function readFetch(options: ProcessOptions): Fetch {
  const { query = '', variables = {}, operationName } = options.request;
  const representations: unknown = variables['representations'];
  return {
    query,
    operation: query.startsWith('mutation') ? 'mutation' : 'query',
    variables,
    // A client can name a variable so too, but cannot give it this type: the schema that it sees has no `_Any`.
    representations: Array.isArray(representations) && ENTITY_FETCH.test(query) ? representations : undefined,
    path: 'pathInIncomingRequest' in options ? (options.pathInIncomingRequest ?? []) : [],
    body: JSON.stringify({ query, variables, operationName }),
  };
}

/** Reads what the fetch asked for; only after a failure, since it parses the operation. */
function targetOf(fetch: Fetch, context: RouterContext): FetchTarget {
  return {
    fields: readFetchedFields(fetch.query, fetch.variables),
    representations: fetch.representations,
    entityIndexes: matchRepresentations(fetch.representations ?? [], context.tree.entitiesAt(fetch.path)),
  };
}

/** The executor gives up the whole fetch, without a path, when the entities do not match the representations. */
function checkEntities(fetch: Fetch, answer: SubgraphAnswer): SubgraphAnswer {
  if (fetch.representations === undefined || answer.data === undefined || answer.data === null) {
    return answer;
  }
  const entities = answer.data['_entities'];
  if (Array.isArray(entities) && entities.length === fetch.representations.length) {
    return answer;
  }
  if (answer.errors !== undefined && (entities === null || entities === undefined)) {
    return { ...answer, data: null };
  }
  throw new TransportFailure(
    'malformed',
    `the answer does not have ${fetch.representations.length} entities`,
  );
}
