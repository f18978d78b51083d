import { afterEach, describe, expect, it } from '@jest/globals';
import { rename, rm, writeFile } from 'node:fs/promises';
import { startCatalogue, startReviews } from './testing/library.js';
import { compose, startTestRouter, type GraphqlAnswer, type TestRouter } from './testing/test-router.js';
import type { TestSubgraph } from './testing/test-subgraph.js';

const running: Array<() => Promise<void>> = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) {
    await stop();
  }
});

async function both(): Promise<readonly [TestSubgraph, TestSubgraph]> {
  const subgraphs = await Promise.all([startCatalogue(), startReviews()]);
  running.push(...subgraphs.map((subgraph) => () => subgraph.kill()));
  return subgraphs;
}

async function route(...of: Parameters<typeof startTestRouter>): Promise<TestRouter> {
  const router = await startTestRouter(...of);
  running.push(() => router.stop());
  return router;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await pause(20);
  }
}

const hasReviews = async (router: TestRouter): Promise<boolean> =>
  (await router.ask('{ reviewCount }')).errors === undefined;

describe('the router', () => {
  it('starts while every subgraph is down, and serves each as it comes', async () => {
    const [catalogue, reviews] = await both();
    await Promise.all([catalogue.kill(), reviews.kill()]);
    const router = await route([catalogue, reviews]);
    expect((await fetch(`${router.url}/health/ready`)).status).toBe(200);
    const empty = await router.ask('{ books { title } reviewCount }');
    expect(empty.errors?.map(({ path, extensions }) => [path, extensions['service']])).toEqual(
      expect.arrayContaining([
        [['books'], 'catalogue'],
        [['reviewCount'], 'reviews'],
      ]),
    );
    await reviews.revive();
    expect((await router.ask('{ reviewCount }')).data).toEqual({ reviewCount: 7 });
    await catalogue.revive();
    expect((await router.ask('{ books { title rating } }')).errors).toBeUndefined();
  });

  it('serves a changed file, by itself and whichever way it was written', async () => {
    const [catalogue, reviews] = await both();
    const router = await route([catalogue], { REVIEWS_SECRET_FROM_ROUTER: 'x'.repeat(32) });
    expect(await hasReviews(router)).toBe(false);
    await writeFile(router.supergraphFile, compose([catalogue, reviews]));
    await until(() => hasReviews(router));
    await writeFile(`${router.supergraphFile}.new`, compose([catalogue]));
    await rename(`${router.supergraphFile}.new`, router.supergraphFile);
    await until(async () => !(await hasReviews(router)));
  });

  it('loses no request to reloads under load', async () => {
    const [catalogue, reviews] = await both();
    const router = await route([catalogue, reviews]);
    const answers: GraphqlAnswer[] = [];
    let going = true;
    const workers = [0, 1, 2, 3].map(async (worker) => {
      for (let count = 0; going; count += 1) {
        // Operations that were not planned before are caught in the middle more easily.
        const query = `query Q${worker}_${count % 50} { books { title rating } }`;
        answers.push(await router.ask(query));
      }
    });
    for (let version = 0; version < 8; version += 1) {
      const moved = { ...reviews, url: `${reviews.url}?version=${version}` };
      await writeFile(
        router.supergraphFile,
        compose(version % 2 === 0 ? [catalogue, moved] : [moved, catalogue]),
      );
      await router.reload();
      const enough = answers.length + 10;
      while (answers.length < enough) {
        await pause(5);
      }
    }
    going = false;
    await Promise.all(workers);
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });

  it.each([
    ['is not GraphQL', () => 'type Query {'],
    ['is no supergraph', () => 'type Query { a: Int }'],
    ['is cut in the middle', (text: string) => text.slice(0, text.length / 2)],
    ['is empty', () => ''],
    [
      'names a subgraph that the configuration does not tell the secret of',
      (_: string, whole: string) => whole,
    ],
  ])('refuses a file that %s, and goes on with what it has', async (_name, change) => {
    const [catalogue, reviews] = await both();
    const router = await route([catalogue], { SUPERGRAPH_MODE: 'production' });
    await writeFile(router.supergraphFile, change(compose([catalogue]), compose([catalogue, reviews])));
    await router.reload();
    expect((await router.ask('{ books { title } }')).data?.['books']).toHaveLength(3);
    await rm(router.supergraphFile);
    await router.reload();
    expect((await router.ask('{ books { title } }')).errors).toBeUndefined();
    expect((await router.ask('{ hidden }')).errors).toBeUndefined();
    await writeFile(
      router.supergraphFile,
      compose([{ ...catalogue, sdl: catalogue.sdl.replace('hidden', 'shown') }]),
    );
    await router.reload();
    expect((await router.ask('{ hidden }')).errors?.[0]?.extensions['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('loads a supergraph with policies that the gateway library refuses', async () => {
    const [catalogue] = await both();
    const sdl = catalogue.sdl
      .replace('["@key"]', '["@key", "@authenticated", "@requiresScopes"]')
      .replace('hidden: String', 'hidden: String @authenticated @requiresScopes(scopes: [["read"]])');
    const router = await route([{ ...catalogue, sdl }]);
    const token = await router.sign();
    const headers = { authorization: `Bearer ${token}` };
    expect((await router.ask('{ books { title } hidden }', { headers })).errors).toBeUndefined();
  });

  it('finishes what it has when it is stopped, and then takes nothing', async () => {
    const [catalogue] = await both();
    const router = await route([catalogue], { DRAIN_MILLISECONDS: '5000' });
    let answer: () => void = () => undefined;
    const received = new Promise<void>((resolve) => {
      catalogue.behave((response) => {
        answer = () => response.end('{"data":{"books":[{"title":"late"}]}}');
        resolve();
      });
    });
    const asked = router.ask('{ books { title } }');
    await received;
    const stopped = router.stop();
    await pause(100);
    answer();
    expect((await asked).data).toEqual({ books: [{ title: 'late' }] });
    await stopped;
    await expect(router.ask('{ books { title } }')).rejects.toThrow('fetch failed');
  });
});
