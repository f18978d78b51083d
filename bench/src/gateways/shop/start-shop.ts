import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { ShopOrder, ShopReport } from './messages.js';
import { SHOP } from './subgraphs.js';

/** The subgraphs, running, and their supergraph. */
export interface RunningShop {
  readonly supergraph: string;
  readonly urls: Readonly<Record<string, string>>;
  delay(milliseconds: number): void;
  /** Requests, and characters both ways, since it was asked before. */
  count(): Promise<{ readonly calls: number; readonly bytes: number }>;
  stop(): Promise<void>;
}

/** Starts the four subgraphs in one process of their own, and composes them. */
export async function startShop(): Promise<RunningShop> {
  const child = fork(fileURLToPath(new URL('shop-process.js', import.meta.url)), { stdio: 'inherit' });
  process.once('exit', () => child.kill('SIGKILL'));
  const send = (order: ShopOrder): boolean => child.send(order);
  const [ready] = (await once(child, 'message')) as [ShopReport];
  if (ready.type !== 'ready') {
    throw new Error('The subgraphs told something else before they were ready.');
  }
  const { supergraphSdl, errors = [] } = composeServices(
    SHOP.map(({ name, sdl }) => ({ name, url: ready.urls[name] ?? '', typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) {
    throw new Error(errors.map(({ message }) => message).join('\n'));
  }
  return {
    supergraph: supergraphSdl,
    urls: ready.urls,
    delay: (milliseconds) => void send({ type: 'delay', milliseconds }),
    async count() {
      const answer = once(child, 'message') as Promise<[Extract<ShopReport, { type: 'counted' }>]>;
      send({ type: 'count' });
      const [{ calls, bytes }] = await answer;
      return { calls, bytes };
    },
    async stop() {
      const ended = once(child, 'exit');
      send({ type: 'stop' });
      await ended;
    },
  };
}
