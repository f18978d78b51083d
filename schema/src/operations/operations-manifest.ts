import { createHash } from 'node:crypto';
import { getOperationAST, print } from 'graphql';
import type { SavedOperation } from './saved-operations.js';

/**
 * A list of the operations that a router is to know, in Apollo's format.
 *
 * @see https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#1-generate-operation-manifests
 */
export interface OperationsManifest {
  readonly format: 'apollo-persisted-query-manifest';
  readonly version: 1;
  readonly operations: ReadonlyArray<ManifestOperation>;
}

export interface ManifestOperation {
  /** SHA-256 of the body, in hexadecimal: the hash that a client sends. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** As graphql-js prints it, which is what clients send as text. */
  readonly body: string;
}

/** Lists operations by name. */
export function manifestOf(operations: ReadonlyArray<SavedOperation>): OperationsManifest {
  const sorted = [...operations].sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: sorted.map(({ name, document }) => {
      const body = print(document);
      return {
        id: createHash('sha256').update(body).digest('hex'),
        name,
        type: getOperationAST(document)?.operation ?? 'query',
        body,
      };
    }),
  };
}
