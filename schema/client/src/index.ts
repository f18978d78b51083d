export type { Client, ClientOptions, ExecuteOptions, GraphQLResult, ResponseError } from './client.js';
export { createClient } from './client.js';
export { TransportError } from './transport-error.js';
export * from './generated/operations.js';
