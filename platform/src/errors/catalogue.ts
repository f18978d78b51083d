/** What one error code means, to a client and to an operator. */
export interface ErrorDescription {
  /** When it is given. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly action: string;
  /** HTTP status when the whole request is refused for it. */
  readonly status: number;
}

/**
 * Every code that can stand in `extensions.code` of an error. Codes are stable: clients branch on them.
 * Expected refusals of the domain are not here, they are typed results in the schema.
 */
export const ERROR_CATALOGUE = {
  GRAPHQL_PARSE_FAILED: {
    meaning: 'The operation is not GraphQL.',
    action: 'Correct its syntax at the place named.',
    status: 400,
  },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'The operation does not fit the schema.',
    action: 'Correct the field, argument or type named.',
    status: 400,
  },
  BAD_REQUEST: {
    meaning: 'The HTTP request does not carry a GraphQL operation.',
    action: 'Send JSON with `query` and, where needed, `variables` and `operationName`.',
    status: 400,
  },
  BAD_USER_INPUT: {
    meaning: 'A variable or argument is not of its type.',
    action: 'Correct the value named.',
    status: 400,
  },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: 'The request does not say which of its operations to run.',
    action: 'Send `operationName`, and mutations by POST.',
    status: 400,
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    meaning: 'Persisted operations are off.',
    action: 'Send the whole operation.',
    status: 200,
  },
  MAX_DEPTH_LIMIT: {
    meaning: 'The operation or its variables nest deeper than the limit.',
    action: 'Ask in several operations, each less deep.',
    status: 400,
  },
  MAX_ALIASES_LIMIT: {
    meaning: 'The operation has more aliases than the limit, fragments followed.',
    action: 'Use fewer aliases at once.',
    status: 400,
  },
  MAX_ROOT_FIELDS_LIMIT: {
    meaning: 'The operation asks for more fields of the root type than the limit.',
    action: 'Ask for fewer at once.',
    status: 400,
  },
  MAX_FIELDS_LIMIT: {
    meaning: 'The operation has more fields than the limit, fragments followed.',
    action: 'Ask for fewer fields at once.',
    status: 400,
  },
  MAX_TOKENS_LIMIT: {
    meaning: 'The operation has more lexical tokens than the limit.',
    action: 'Send a shorter operation; pass values as variables.',
    status: 400,
  },
  MAX_DIRECTIVES_LIMIT: {
    meaning: 'The operation has more directives than the limit, fragments followed.',
    action: 'Use fewer directives at once.',
    status: 400,
  },
  MAX_VARIABLES_LIMIT: {
    meaning: 'The variables are larger than the limit, or one of their lists is longer.',
    action: 'Send fewer values at once.',
    status: 400,
  },
  MAX_OPERATION_NAME_LIMIT: {
    meaning: '`operationName` is longer than the limit.',
    action: 'Give the operation a shorter name.',
    status: 400,
  },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: 'No operation is kept under the hash.',
    action: 'Send the whole operation with its hash once.',
    status: 200,
  },
  PERSISTED_QUERY_HASH_MISMATCH: {
    meaning: 'The hash is not the SHA-256 of the operation that came with it.',
    action: 'Send the hash of exactly the text that is sent, in hexadecimal digits.',
    status: 400,
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    meaning: 'The operation is not among the registered ones.',
    action: 'Register it, or ask for a registered one.',
    status: 403,
  },
  PERSISTED_QUERY_ID_REQUIRED: {
    meaning: 'Operations are taken by their id only.',
    action: 'Send the id of a registered operation and no text.',
    status: 403,
  },
  RATE_LIMITED: {
    meaning: 'Too many requests were sent in a while.',
    action: 'Wait for as many seconds as `Retry-After` says.',
    status: 429,
  },
  PAYLOAD_TOO_LARGE: {
    meaning: 'The body is larger than the limit.',
    action: 'Send less at once.',
    status: 413,
  },
  INVALID_ID: {
    meaning: 'An id is not a UUID.',
    action: 'Use ids as the graph gives them.',
    status: 400,
  },
  INVALID_CURSOR: {
    meaning: 'A cursor was altered or belongs to another list.',
    action: 'Use cursors as the list gave them, or start without one.',
    status: 400,
  },
  INVALID_PAGE_SIZE: {
    meaning: '`first` or `last` is below 1 or above 100, or both are given.',
    action: 'Ask for 1 to 100 with one of them.',
    status: 400,
  },
  UNAUTHENTICATED: {
    meaning: 'Nobody is signed in.',
    action: 'Sign in and send the access token.',
    status: 401,
  },
  TOKEN_INVALID: {
    meaning: 'The access token is malformed, forged or meant for somebody else.',
    action: 'Sign in again.',
    status: 401,
  },
  TOKEN_EXPIRED: {
    meaning: 'The access token has ended.',
    action: 'Exchange the refresh token for a new pair.',
    status: 401,
  },
  FORBIDDEN: {
    meaning: 'Whoever is signed in may not do this.',
    action: 'Ask somebody who may.',
    status: 403,
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    meaning:
      'Whoever asks may not have this field; the rest of the answer is right unless nothing was answered.',
    action: 'Sign in, or leave the field out.',
    status: 403,
  },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    meaning: 'The operation may cost more than the limit.',
    action: 'Ask for fewer at once: a smaller `first`, fewer nested lists, or several operations.',
    status: 400,
  },
  CALLER_REFUSED: {
    meaning: 'A subgraph was called by somebody who is not the router.',
    action: 'Ask the router.',
    status: 403,
  },
  IDENTITY_UNAVAILABLE: {
    meaning: 'The keys that access tokens are verified by cannot be had just now.',
    action: 'Try again shortly.',
    status: 503,
  },
  DATABASE_UNAVAILABLE: {
    meaning: "The service's database does not answer.",
    action: 'Try again shortly; the rest of the answer is right.',
    status: 503,
  },
  SUBGRAPH_UNAVAILABLE: {
    meaning: 'The service cannot be reached.',
    action: 'Try again shortly; the rest of the answer is right.',
    status: 503,
  },
  SUBGRAPH_TIMEOUT: {
    meaning: 'The service did not answer in time.',
    action: 'Try again shortly; a mutation may have been carried out.',
    status: 504,
  },
  SUBGRAPH_BAD_RESPONSE: {
    meaning: 'The service answered something that is not a GraphQL response.',
    action: 'Report it with its trace id; the rest of the answer is right.',
    status: 502,
  },
  SUBGRAPH_CIRCUIT_OPEN: {
    meaning: 'The service has failed so often of late that it is not asked just now.',
    action: 'Try again shortly; nothing was sent to it, and the rest of the answer is right.',
    status: 503,
  },
  SUBGRAPH_OVERLOADED: {
    meaning: 'Too many requests wait for the service already.',
    action: 'Try again shortly; nothing was sent to it, and the rest of the answer is right.',
    status: 503,
  },
  ROUTER_OVERLOADED: {
    meaning: 'The router has more to do than it can answer in time, and has not begun with the request.',
    action: 'Send the request again after the seconds that `Retry-After` says.',
    status: 503,
  },
  REFERENCE_NOT_FOUND: {
    meaning:
      'A service does not know the entity that another service refers to, and the field may not be null.',
    action: 'Leave the field out, and report it with its trace id: the services disagree.',
    status: 502,
  },
  DEPENDENCY_UNAVAILABLE: {
    meaning: 'A service that this field asks did not answer.',
    action: 'Try again shortly; the rest of the answer is right.',
    status: 503,
  },
  SHUTTING_DOWN: {
    meaning: 'The process is ending.',
    action: 'Send the request again; another replica takes it.',
    status: 503,
  },
  INTERNAL_SERVER_ERROR: {
    meaning: 'Something went wrong that nobody foresaw.',
    action: 'Report it with its trace id; the log has the cause under it.',
    status: 500,
  },
} as const satisfies Readonly<Record<string, ErrorDescription>>;

/** A code of the {@link ERROR_CATALOGUE}. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
