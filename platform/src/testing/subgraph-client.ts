import { CALLER_HEADER, SECRET_HEADER } from '../identity/index.js';

/** A GraphQL answer as it came over HTTP. */
export interface SubgraphAnswer {
  readonly status: number;
  // Tests look into answers of any shape; naming each would say twice what the assertion says.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors:
    | ReadonlyArray<{
        readonly message: string;
        readonly path?: ReadonlyArray<string | number>;
        readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
      }>
    | undefined;
  /** How many SQL statements it cost, undefined when GraphQL was not reached. */
  readonly sqlStatements: number | undefined;
}

/** Asks one subgraph as the router or another service would. */
export interface SubgraphClient {
  query(
    document: string,
    options?: { readonly variables?: Readonly<Record<string, unknown>>; readonly token?: string | undefined },
  ): Promise<SubgraphAnswer>;
  /** Resolves representations, such as `{ __typename: 'User', id }`, by `_entities`. */
  entities(
    representations: ReadonlyArray<Readonly<Record<string, unknown>>>,
    selection: string,
    token?: string,
  ): Promise<SubgraphAnswer>;
}

/**
 * Makes the client.
 *
 * @param options.url of the subgraph, without `/graphql`
 * @param options.caller as whom to ask, `router` when not given
 */
export function createSubgraphClient(options: {
  readonly url: string;
  readonly caller?: string;
  readonly secret: string;
}): SubgraphClient {
  const query: SubgraphClient['query'] = async (document, { variables, token } = {}) => {
    const response = await fetch(`${options.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-supergraph-cost': 'sql',
        [CALLER_HEADER]: options.caller ?? 'router',
        [SECRET_HEADER]: options.secret,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    const cost = (body['extensions'] as { cost?: { sqlStatements: number } } | undefined)?.cost;
    return {
      status: response.status,
      data: body['data'],
      errors: body['errors'] as SubgraphAnswer['errors'],
      sqlStatements: cost?.sqlStatements,
    };
  };
  return {
    query,
    entities: (representations, selection, token) =>
      query(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selection} } }`,
        {
          variables: { representations },
          token,
        },
      ),
  };
}
