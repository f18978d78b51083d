import type { GraphQLDataSource } from '@apollo/gateway';
import { describeTransportFailure } from '../../failures/describe-transport-failure.js';
import { filterSubgraphError } from '../../failures/filter-subgraph-error.js';
import type { SubgraphError } from '../../failures/subgraph-error.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { TransportFailure } from '../../transport/transport-failure.js';
import type { AskSubgraph } from '../fake-subgraph.js';
import { fieldsOfEntity, readFetchedFields } from './fetched-fields.js';
import { matchRepresentations } from './match-representations.js';
import { placeErrors, spreadOverFields, type FetchTarget } from './place-errors.js';
import type { ResponseTree } from './response-tree.js';

/** What a request to the stock executor carries along. */
export interface StockContext {
  readonly tree: ResponseTree;
  readonly ask: AskSubgraph;
}

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
}

/**
 * Stands between the executor and a subgraph. It never throws: a failure becomes the errors of an answer without
 * data, one for each field that it costs, so that the executor goes on with everything else.
 */
export class SubgraphDataSource implements GraphQLDataSource<StockContext> {
  /** @param isInterface tells of types that a subgraph may take for objects */
  constructor(
    private readonly name: string,
    private readonly isInterface: (typename: string) => boolean,
  ) {}

  async process(options: ProcessOptions): Promise<Response> {
    const context = options.context as StockContext;
    const fetch = readFetch(options);
    let answer: SubgraphAnswer;
    try {
      const { query, variables } = fetch;
      answer = checkEntities(fetch, await context.ask(this.name, { query, variables }));
    } catch (error) {
      if (!(error instanceof TransportFailure)) {
        throw error;
      }
      return { data: null, errors: [...this.#describeFailure(error, fetch, context)] };
    }
    return this.#deliver(answer, fetch, context);
  }

  #describeFailure(
    failure: TransportFailure,
    fetch: Fetch,
    context: StockContext,
  ): ReadonlyArray<SubgraphError> {
    const uncertain = fetch.operation === 'mutation' && failure.kind !== 'unreachable';
    return spreadOverFields(
      describeTransportFailure(this.name, failure, uncertain),
      targetOf(fetch, context),
    );
  }

  #deliver(answer: SubgraphAnswer, fetch: Fetch, context: StockContext): Response {
    const data = answer.data ?? null;
    const errors = (answer.errors ?? []).map((error) => filterSubgraphError(this.name, error));
    const placed = errors.length === 0 ? [] : placeErrors(errors, data, targetOf(fetch, context));
    this.#remember(data, placed, fetch, context);
    this.#keepTypes(data);
    return { data, ...(placed.length === 0 ? {} : { errors: [...placed] }) };
  }

  /** The executor would write the name of an interface over that of an object's type. */
  #keepTypes(data: Readonly<Record<string, unknown>> | null): void {
    const entities = data?.['_entities'];
    for (const entity of Array.isArray(entities) ? (entities as Array<Record<string, unknown> | null>) : []) {
      if (this.isInterface(String(entity?.['__typename']))) {
        delete entity?.['__typename'];
      }
    }
  }

  #remember(
    data: Readonly<Record<string, unknown>> | null,
    errors: ReadonlyArray<SubgraphError>,
    fetch: Fetch,
    context: StockContext,
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
        context.tree.noteUnknown(object, { service: this.name, fields: new Set(names) });
      }
    }
  }
}

const ENTITY_FETCH = /\$representations:\s*\[_Any!\]!/;

function readFetch(options: ProcessOptions): Fetch {
  const { query = '', variables = {} } = options.request;
  const representations: unknown = variables['representations'];
  return {
    query,
    operation: query.startsWith('mutation') ? 'mutation' : 'query',
    variables,
    // A client can name a variable so too, but cannot give it this type: the schema that it sees has no `_Any`.
    representations: Array.isArray(representations) && ENTITY_FETCH.test(query) ? representations : undefined,
    path: 'pathInIncomingRequest' in options ? (options.pathInIncomingRequest ?? []) : [],
  };
}

/** Reads what the fetch asked for; only after a failure, since it parses the operation. */
function targetOf(fetch: Fetch, context: StockContext): FetchTarget {
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
