import { processorTimeOf } from '../events/processor-time.js';
import { memoryOf } from '../report/memory.js';
import type { Gateway } from './gateway.js';
import { runLoad } from './load.js';
import type { Scenario } from './scenarios.js';
import type { RunningShop } from './shop/start-shop.js';

/** What one gateway showed in one scenario. */
export interface Figures {
  readonly scenario: string;
  readonly gateway: string;
  /** Processor time of the gateway's process. */
  readonly processorMillisecondsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly subgraphCallsPerRequest: number;
  /** Characters to and from subgraphs. */
  readonly subgraphCharactersPerRequest: number;
  /** Characters of an answer to the client. */
  readonly answerCharacters: number;
  /** Largest resident set since its start. */
  readonly peakMegabytes: number;
}

/** Warms a gateway up, then measures it. */
export async function measure(gateway: Gateway, scenario: Scenario, shop: RunningShop): Promise<Figures> {
  const { query, connections, warmUp, requests } = scenario;
  shop.delay(scenario.delayMilliseconds);
  await runLoad({ url: gateway.url, query, connections, requests: warmUp, first: 0 });
  await shop.count();
  const before = processorTimeOf([gateway.processId]);
  const load = await runLoad({ url: gateway.url, query, connections, requests, first: warmUp });
  const spent = processorTimeOf([gateway.processId]) - before;
  const { calls, bytes } = await shop.count();
  return {
    scenario: scenario.name,
    gateway: gateway.name,
    processorMillisecondsPerRequest: spent / requests,
    requestsPerSecond: load.requestsPerSecond,
    p50Milliseconds: load.p50Milliseconds,
    p99Milliseconds: load.p99Milliseconds,
    subgraphCallsPerRequest: calls / requests,
    subgraphCharactersPerRequest: bytes / requests,
    answerCharacters: load.answerLength,
    peakMegabytes: memoryOf(gateway.processId, 'VmHWM'),
  };
}
