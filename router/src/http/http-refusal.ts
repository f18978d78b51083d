import { ApplicationError } from '@supergraph/platform/errors';

/** A request that is refused before GraphQL begins, with a status that its code does not tell. */
export class HttpRefusal extends ApplicationError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super('BAD_REQUEST', message);
  }
}
