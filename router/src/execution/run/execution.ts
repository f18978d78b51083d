import type { GraphQLSchema } from 'graphql';
import type { SubgraphError } from '../../failures/subgraph-error.js';
import type { RouterContext } from '../../identity/request-context.js';
import type { FieldFailure } from '../data/field-failure.js';
import type { ResponseObject } from '../data/response-object.js';
import type { FetchExecutor } from '../fetch/subgraph-fetch.js';
import type { FetchRecord } from './fetch-record.js';

/** One operation under way. */
export interface Execution {
  /** The supergraph's types, those that clients do not see included. */
  readonly supergraphSchema: GraphQLSchema;
  readonly context: RouterContext;
  readonly fetcher: FetchExecutor;
  /** As the client gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** With defaults and of the declared types. */
  readonly coercedVariables: Readonly<Record<string, unknown>>;
  /** What has been received so far. */
  readonly root: ResponseObject;
  /** Failures in the place of which a subgraph was sent null, so that what it answered rests on them. */
  readonly nulls: FieldFailure[];
  /** Errors of subgraphs that belong to no position of the response. */
  readonly unplaced: SubgraphError[];
  /** Hears of every failed fetch and every error of an answer, for the log. */
  readonly report: (error: SubgraphError, level: 'error' | 'warn' | 'debug') => void;
  /** Hears of every fetch that ended. */
  readonly didFetch: ((record: FetchRecord) => void) | undefined;
}
