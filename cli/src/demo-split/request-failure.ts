import type { GraphQLResult } from '@supergraph/schema/client';

/** A request that was refused, failed in part or whole, or was answered with something else than was written before. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';

  /**
   * @param services whose fields it asked for
   * @param failed those of them whose fields failed
   */
  constructor(
    message: string,
    readonly services: ReadonlyArray<string>,
    readonly failed: ReadonlyArray<string>,
  ) {
    super(message);
  }
}

/** Makes a failure of an answer. Whose fields failed is what its errors say; all of them when they do not say. */
export function failureOf(
  what: string,
  services: ReadonlyArray<string>,
  { data, errors }: Pick<GraphQLResult<unknown>, 'data' | 'errors'>,
): RequestFailure {
  const named = new Set(errors.map(({ extensions }) => extensions?.['service']));
  const failed = services.filter((service) => named.has(service));
  return new RequestFailure(
    `${what}: ${JSON.stringify(errors.length > 0 ? errors : data)}`,
    services,
    failed.length > 0 ? failed : services,
  );
}
