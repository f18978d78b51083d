import { describe, expect, it } from '@jest/globals';
import type { RouterContext } from '../../identity/request-context.js';
import type { SubgraphAnswer } from '../../transport/subgraph-answer.js';
import { TransportFailure } from '../../transport/transport-failure.js';
import { FetchOperation } from './fetch-operation.js';
import { FetchSharing } from './fetch-sharing.js';
import { SubgraphFetch, type FetchExecutor } from './subgraph-fetch.js';

const LIMITS = { subgraphTimeoutMilliseconds: 1_000 };

function operation(kind: 'query' | 'mutation' = 'query'): FetchOperation {
  return new FetchOperation({
    kind: 'Fetch',
    serviceName: 'books',
    operation: `${kind}{a}`,
    operationName: undefined,
    operationKind: kind as never,
  });
}

interface Client {
  readonly context: RouterContext;
  readonly leave: () => void;
}

function client(token: string | undefined, remainingMilliseconds = 5_000): Client {
  const listeners = new Set<() => void>();
  const onAbandoned = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    context: { token, lifetime: { remainingMilliseconds, onAbandoned } } as unknown as RouterContext,
    leave: () => listeners.forEach((listener) => listener()),
  };
}

/** Subgraphs that answer when they are told to. */
class Subgraphs implements FetchExecutor {
  readonly calls: Array<{ readonly answer: (answer: SubgraphAnswer) => void; isAbandoned: boolean }> = [];

  fetch(_fetch: SubgraphFetch, context: RouterContext): Promise<SubgraphAnswer> {
    return new Promise((resolve, reject) => {
      const call = { answer: resolve, isAbandoned: false };
      this.calls.push(call);
      context.lifetime.onAbandoned(() => {
        call.isAbandoned = true;
        reject(new TransportFailure('abandoned', 'nobody waits'));
      });
    });
  }
}

const fetchOf = (kind?: 'query' | 'mutation'): SubgraphFetch =>
  new SubgraphFetch(operation(kind), {}, undefined);

describe('FetchSharing', () => {
  it('sends identical queries once, and gives each who waits a copy of its own', async () => {
    const subgraphs = new Subgraphs();
    const sharing = new FetchSharing(subgraphs, LIMITS);
    const answers = [1, 2, 3].map(() => sharing.fetch(fetchOf(), client('anna').context));
    expect(subgraphs.calls).toHaveLength(1);
    subgraphs.calls[0]?.answer({ data: { a: [1] } });
    const [first, second, third] = await Promise.all(answers);
    (first?.data?.['a'] as number[]).push(2);
    expect(second).toEqual({ data: { a: [1] } });
    expect(third).toEqual({ data: { a: [1] } });
    void sharing.fetch(fetchOf(), client('anna').context);
    expect(subgraphs.calls).toHaveLength(2);
  });

  it('shares nothing between callers, and no mutation', () => {
    const subgraphs = new Subgraphs();
    const sharing = new FetchSharing(subgraphs, LIMITS);
    for (const token of ['anna', 'bert', undefined]) {
      void sharing.fetch(fetchOf(), client(token).context);
    }
    expect(subgraphs.calls).toHaveLength(3);
    void sharing.fetch(fetchOf('mutation'), client('anna').context);
    void sharing.fetch(fetchOf('mutation'), client('anna').context);
    expect(subgraphs.calls).toHaveLength(5);
  });

  it('goes on for the others when one leaves, and ends when the last does', async () => {
    const subgraphs = new Subgraphs();
    const sharing = new FetchSharing(subgraphs, LIMITS);
    const [one, other] = [client('anna'), client('anna')];
    const answers = [one, other].map(({ context }) => sharing.fetch(fetchOf(), context));
    const ends = Promise.allSettled(answers);
    one.leave();
    expect(subgraphs.calls[0]?.isAbandoned).toBe(false);
    other.leave();
    expect(subgraphs.calls[0]?.isAbandoned).toBe(true);
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('lets each wait until its own deadline only', async () => {
    const subgraphs = new Subgraphs();
    const sharing = new FetchSharing(subgraphs, LIMITS);
    const patient = sharing.fetch(fetchOf(), client('anna').context);
    await expect(sharing.fetch(fetchOf(), client('anna', 1).context)).rejects.toMatchObject({ kind: 'late' });
    subgraphs.calls[0]?.answer({ data: {} });
    expect(await patient).toEqual({ data: {} });
  });

  it('asks again what was under way when a change ended', async () => {
    const subgraphs = new Subgraphs();
    const sharing = new FetchSharing(subgraphs, LIMITS);
    const before = sharing.fetch(fetchOf(), client('one').context);
    const change = sharing.fetch(fetchOf('mutation'), client('one').context);
    subgraphs.calls[1]?.answer({ data: { changed: true } });
    await change;
    const after = sharing.fetch(fetchOf(), client('one').context);
    subgraphs.calls[0]?.answer({ data: { a: 1 } });
    subgraphs.calls[2]?.answer({ data: { a: 2 } });
    expect(await Promise.all([before, after])).toMatchObject([{ data: { a: 1 } }, { data: { a: 2 } }]);
  });
});
