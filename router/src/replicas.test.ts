import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCatalogue, startReviews } from './testing/library.js';
import { SECRET, startTestRouter, type GraphqlAnswer, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

let catalogue: TestSubgraph;
let replicas: ReadonlyArray<TestSubgraph>;
let router: TestRouter;

beforeAll(async () => {
  const [first, second, third] = await Promise.all([startCatalogue(), startReviews(), startReviews()]);
  catalogue = first;
  replicas = [second, third];
  router = await startTestRouter([catalogue, second], {
    REVIEWS_URLS: replicas.map(({ url }) => url).join(','),
    ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '1000',
  });
});

afterAll(async () => {
  await router.stop();
  await Promise.all([catalogue, ...replicas].map((subgraph) => subgraph.kill()));
});

function forget(): void {
  replicas.forEach(({ requests }) => requests.splice(0));
}

/** Asks without a pause, several at a time, while `story` goes on; it waits for a number of further answers. */
async function askUnderLoad(
  query: string,
  story: (answered: (count: number) => Promise<void>) => Promise<void>,
): Promise<ReadonlyArray<GraphqlAnswer>> {
  let going = true;
  const answers: GraphqlAnswer[] = [];
  const worker = async (): Promise<void> => {
    while (going) {
      answers.push(await router.ask(query));
    }
  };
  const workers = [worker(), worker(), worker(), worker()];
  await story(async (count) => {
    const enough = answers.length + count;
    while (answers.length < enough) {
      await pause(5);
    }
  });
  going = false;
  await Promise.all(workers);
  return answers;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a subgraph with two replicas', () => {
  it('spreads requests over both', async () => {
    forget();
    for (let count = 0; count < 10; count += 1) {
      await router.ask('{ reviewCount }');
    }
    expect(replicas.map(({ requests }) => requests.length)).toEqual([5, 5]);
  });

  it('prefers the one that has less to do', async () => {
    forget();
    replicas[0]!.behave(() => undefined);
    // Each is another operation: the router would share the answer of one that is under way.
    const ask = (alias: string) => router.ask(`{ ${alias}: reviewCount }`);
    const waiting = Promise.all([ask('first'), ask('second')]);
    while (replicas[0]!.requests.length === 0) {
      await pause(5);
    }
    for (let count = 0; count < 10; count += 1) {
      expect((await ask(`next${count}`)).errors).toBeUndefined();
    }
    expect(replicas[0]!.requests.length).toBe(1);
    replicas[0]!.behave(undefined);
    await waiting;
  });

  it('loses no query when one is killed under load and comes back', async () => {
    const [first] = replicas;
    const answers = await askUnderLoad('{ books { title rating } reviewCount }', async (answered) => {
      await answered(20);
      await first!.kill();
      await answered(40);
      forget();
      await first!.revive();
      while (first!.requests.length === 0) {
        await answered(1);
      }
    });
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });

  it('sends a mutation to the other one when the first refuses the connection', async () => {
    await replicas[0]!.kill();
    for (let count = 0; count < 6; count += 1) {
      expect((await router.ask('mutation { rate(isbn: "1", stars: 4) }')).data).toEqual({ rate: 4 });
    }
    await replicas[0]!.revive();
  });

  it('asks the other one when the first says 503 to a query', async () => {
    replicas[0]!.behave((response) => void response.writeHead(503).end());
    for (let count = 0; count < 6; count += 1) {
      expect((await router.ask('{ reviewCount }')).errors).toBeUndefined();
    }
    replicas[0]!.behave(undefined);
  });

  it('tells on /health/subgraphs which replicas were set aside, and stays ready', async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
    await router.ask('{ reviewCount }');
    const health = await fetch(`${router.url}/health/subgraphs`);
    expect(await health.json()).toEqual({
      subgraphs: [
        { name: 'catalogue', replicas: 1, available: 1, breakers: ['closed'] },
        { name: 'reviews', replicas: 2, available: 0, breakers: ['closed', 'closed'] },
      ],
    });
    expect((await fetch(`${router.url}/health/ready`)).status).toBe(200);
    await Promise.all(replicas.map((replica) => replica.revive()));
    expect((await router.ask('{ reviewCount }')).errors).toBeUndefined();
  });
});

describe('a request to a subgraph', () => {
  it('carries headers of the router’s making and none of the client’s', async () => {
    catalogue.requests.splice(0);
    const token = await router.sign();
    const answer = await router.ask('{ books { title } }', {
      headers: {
        authorization: `Bearer ${token}`,
        cookie: 'session=secret',
        traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
        'user-agent': 'tester/1 \u00e9',
        'x-supergraph-caller': 'admin',
        'x-supergraph-secret': 'guessed',
        'x-forwarded-client-ip': '6.6.6.6',
        'x-forwarded-user-agent': 'liar',
        'x-forwarded-for': '6.6.6.6',
        'x-custom': 'x',
      },
    });
    expect(answer.errors).toBeUndefined();
    const { headers } = catalogue.requests[0]!;
    expect(headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-supergraph-caller': 'router',
      'x-supergraph-secret': SECRET,
      'x-forwarded-client-ip': '127.0.0.1',
      'x-forwarded-user-agent': 'tester/1 ?',
      traceparent: expect.stringMatching(/^00-0123456789abcdef0123456789abcdef-[0-9a-f]{16}-01$/),
    });
    expect(headers['traceparent']).not.toContain('-0123456789abcdef-');
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-custom');
    expect(headers).not.toHaveProperty('x-forwarded-for');
  });

  it('carries no Authorization for nobody', async () => {
    catalogue.requests.splice(0);
    await router.ask('{ books { title } }');
    expect(catalogue.requests[0]!.headers).not.toHaveProperty('authorization');
  });
});

describe('a client that leaves', () => {
  const leave = async (query: string): Promise<boolean> => {
    let closed = false;
    const received = new Promise<void>((resolve) => {
      catalogue.behave((response) => {
        response.once('close', () => {
          closed = !response.writableFinished;
        });
        setTimeout(() => response.end('{"data":{"books":[],"addBook":null}}'), 200);
        resolve();
      });
    });
    const client = new AbortController();
    const request = fetch(`${router.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: client.signal,
    }).catch(() => undefined);
    await received;
    client.abort();
    await request;
    await pause(400);
    catalogue.behave(undefined);
    return closed;
  };

  it('ends the fetches of its query', async () => {
    expect(await leave('{ books { title } }')).toBe(true);
  });

  it('does not end its mutation', async () => {
    expect(await leave('mutation { addBook(isbn: "9") { title } }')).toBe(false);
  });
});
