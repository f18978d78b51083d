import { tell } from '../report/progress.js';
import type { BenchmarkResult, Measurement } from '../report/measurement.js';
import { measure, type Figures } from './measure.js';
import { peers } from './peers.js';
import { renderGateways } from './render-gateways.js';
import { scenarios } from './scenarios.js';
import { startShop } from './shop/start-shop.js';

/** Compares this router with other federation gateways, on the same subgraphs, one after the other. */
export async function measureGateways(): Promise<BenchmarkResult> {
  const shop = await startShop();
  const figures: Figures[] = [];
  try {
    for (const peer of peers) {
      if (peer.missing !== undefined) {
        tell(`${peer.name} is left out; ${peer.missing}`);
        continue;
      }
      for (const scenario of scenarios) {
        tell(`${peer.name}: ${scenario.title}`);
        // A new process each, so that its peak memory is that of the scenario.
        const gateway = await peer.start(shop);
        try {
          figures.push(await measure(gateway, scenario, shop));
        } finally {
          await gateway.stop();
        }
      }
    }
  } finally {
    await shop.stop();
  }
  const { tables, chart } = renderGateways(figures);
  return {
    name: 'gateways',
    title: 'Federation gateways side by side',
    command: 'npm install --prefix bench/peers && npm run bench -- gateways',
    measurements: compare(figures),
    details: figures,
    sections: tables,
    pictures: { 'gateways.svg': chart },
    notes: [
      'Four in-memory subgraphs in one process that has every answer ready; gateway, subgraphs and client share the machine, so throughput and latency are of the whole, and processor time per request is of the gateway’s process alone.',
      '50 connections held constant, 1 for operations never seen before. Every gateway was warmed up; every answer was checked to be whole.',
      'Calls and kB to subgraphs: requests, and characters both ways, for one request of a client.',
    ],
  };
}

function compare(figures: ReadonlyArray<Figures>): ReadonlyArray<Measurement> {
  const find = (gateway: string, scenario: string): Figures | undefined =>
    figures.find((each) => each.gateway === gateway && each.scenario === scenario);
  const own = find('this router', 'list');
  const timesLess = (peer: string): Measurement[] => {
    const other = find(peer, 'list');
    if (own === undefined || other === undefined) {
      return [];
    }
    const value = other.processorMillisecondsPerRequest / own.processorMillisecondsPerRequest;
    const what = `processor time on the list of 20, ${peer} against this router`;
    return [{ what, value, unit: '×', goal: 'at least 5 ×', isMet: value >= 5 }];
  };
  const grafbase = find('Grafbase', 'list');
  const againstGrafbase =
    own === undefined || grafbase === undefined
      ? undefined
      : own.processorMillisecondsPerRequest / grafbase.processorMillisecondsPerRequest;
  return [
    ...timesLess('@apollo/gateway'),
    ...timesLess('Hive Gateway'),
    ...(againstGrafbase === undefined
      ? []
      : [
          {
            what: 'processor time on the list of 20, this router against Grafbase',
            value: againstGrafbase,
            unit: '×',
            goal: 'at most 2 ×',
            isMet: againstGrafbase <= 2,
          },
        ]),
    ...scenarios.flatMap(({ name, title }): Measurement[] => {
      const mine = find('this router', name);
      const others = ['@apollo/gateway', 'Hive Gateway'].flatMap((peer) => find(peer, name) ?? []);
      if (mine === undefined || others.length === 0) {
        return [];
      }
      const best = Math.min(...others.map(({ subgraphCallsPerRequest }) => subgraphCallsPerRequest));
      return [
        {
          what: `subgraph calls, ${title}`,
          value: mine.subgraphCallsPerRequest,
          unit: 'calls',
          goal: `at most ${best.toFixed(2)}`,
          isMet: mine.subgraphCallsPerRequest <= best + 0.005,
        },
      ];
    }),
  ];
}
