import { wholeNumberVariable } from '@supergraph/platform/configuration';
import { z } from 'zod';
import { BREAKER_WINDOW, type BreakerSettings } from './breaker.js';

/** How subgraphs are asked. */
export interface TransportSettings {
  /** Connections to one replica; a request takes one for itself. */
  readonly connectionsPerReplica: number;
  /** Requests to one subgraph that may wait for a connection. */
  readonly maximumWaiting: number;
  /** How long each of them may wait. */
  readonly waitMilliseconds: number;
  /** How many queries of a hundred may be sent once more. */
  readonly retryPercent: number;
  readonly breaker: BreakerSettings;
}

/** Variables about how subgraphs are asked. */
export const transportVariables = () => ({
  ROUTER_SUBGRAPH_TIMEOUTS: timeoutListVariable().default(new Map()),
  ROUTER_SUBGRAPH_QUEUE: wholeNumberVariable({ minimum: 0, maximum: 100_000 }).default(256),
  ROUTER_SUBGRAPH_QUEUE_MILLISECONDS: wholeNumberVariable({ minimum: 1, maximum: 3_600_000 }).default(2_000),
  ROUTER_RETRY_PERCENT: wholeNumberVariable({ minimum: 0, maximum: 100 }).default(20),
  ROUTER_BREAKER_FAILURES: wholeNumberVariable({ minimum: 0, maximum: BREAKER_WINDOW }).default(10),
});

/** Gives the parsed {@link transportVariables} their names in code. */
export function readTransportSettings(
  values: Omit<z.infer<z.ZodObject<ReturnType<typeof transportVariables>>>, 'ROUTER_SUBGRAPH_TIMEOUTS'>,
  connectionsPerReplica: number,
): TransportSettings {
  return {
    connectionsPerReplica,
    maximumWaiting: values.ROUTER_SUBGRAPH_QUEUE,
    waitMilliseconds: values.ROUTER_SUBGRAPH_QUEUE_MILLISECONDS,
    retryPercent: values.ROUTER_RETRY_PERCENT,
    breaker: { failures: values.ROUTER_BREAKER_FAILURES },
  };
}

const TIMEOUT = /^([\w-]+):([1-9]\d{0,6})$/;

function timeoutListVariable(): z.ZodType<ReadonlyMap<string, number>> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine(
      (parts) => parts.every((part) => TIMEOUT.test(part)),
      'must be subgraphs with their milliseconds, such as payments:3000,admin:8000',
    )
    .transform(
      (parts) =>
        new Map(
          parts.map((part) => {
            const [, name = '', milliseconds] = TIMEOUT.exec(part) ?? [];
            return [name, Number(milliseconds)];
          }),
        ),
    );
}
