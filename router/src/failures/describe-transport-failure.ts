import { describeCause, type ErrorCode } from '@supergraph/platform/errors';
import type { TransportFailure, TransportFailureKind } from '../transport/transport-failure.js';
import type { SubgraphError } from './subgraph-error.js';

const CODES: Readonly<Record<TransportFailureKind, ErrorCode>> = {
  unreachable: 'SUBGRAPH_UNAVAILABLE',
  interrupted: 'SUBGRAPH_UNAVAILABLE',
  overloaded: 'SUBGRAPH_UNAVAILABLE',
  abandoned: 'SUBGRAPH_UNAVAILABLE',
  late: 'SUBGRAPH_TIMEOUT',
  malformed: 'SUBGRAPH_BAD_RESPONSE',
  open: 'SUBGRAPH_CIRCUIT_OPEN',
  full: 'SUBGRAPH_OVERLOADED',
};

/** Says in plain words what the lack of an answer means to whoever asked; `uncertain` when it may have been carried out. */
export function describeTransportFailure(
  service: string,
  failure: TransportFailure,
  uncertain: boolean,
): SubgraphError {
  return {
    message: `${wordsFor(service, failure.kind)}${uncertain ? UNCERTAIN : ''}`,
    extensions: { code: CODES[failure.kind], service, cause: describeCause(failure) },
  };
}

const UNCERTAIN = ' The change may have been carried out: look before you send it again.';

function wordsFor(service: string, kind: TransportFailureKind): string {
  switch (kind) {
    case 'late':
      return `The service ${service} did not answer in time.`;
    case 'malformed':
      return `The service ${service} answered something that is not a GraphQL response.`;
    case 'open':
      return `The service ${service} has failed so often of late that it is not asked just now; try again shortly.`;
    case 'full':
      return `Too many requests wait for the service ${service} already; try again shortly.`;
    case 'unreachable':
    case 'interrupted':
    case 'overloaded':
    case 'abandoned':
      return `The service ${service} cannot be reached just now; try again shortly.`;
  }
}
