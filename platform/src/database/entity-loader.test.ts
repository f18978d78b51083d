import { describe, expect, it } from '@jest/globals';
import { createEntityLoader } from './entity-loader.js';

describe('createEntityLoader', () => {
  it('loads each key of a tick once and in one call, and answers in the order that was asked', async () => {
    const calls: ReadonlyArray<string>[] = [];
    const loader = createEntityLoader(async (keys: ReadonlyArray<string>) => {
      calls.push(keys);
      return new Map([...keys].reverse().map((key) => [key, { key }]));
    });
    const keys = ['b', 'a', 'b', 'c', 'a'];
    expect(await Promise.all(keys.map((key) => loader.load(key)))).toEqual(keys.map((key) => ({ key })));
    expect(calls).toEqual([['b', 'a', 'c']]);
    await loader.load('a');
    expect(calls).toHaveLength(1);
  });

  it('gives null for what is not there, and keeps a value that is false', async () => {
    const loader = createEntityLoader(async () => new Map<string, unknown>([['zero', 0]]));
    expect(await Promise.all([loader.load('zero'), loader.load('absent')])).toEqual([0, null]);
  });

  it('knows keys that are objects by their text', async () => {
    const calls: number[] = [];
    const loader = createEntityLoader(
      async (keys: ReadonlyArray<{ id: string; page: number }>) => {
        calls.push(keys.length);
        return new Map(keys.map(({ id, page }) => [`${id}/${page}`, page]));
      },
      ({ id, page }) => `${id}/${page}`,
    );
    const pages = [1, 2, 1].map((page) => loader.load({ id: 'x', page }));
    expect(await Promise.all(pages)).toEqual([1, 2, 1]);
    expect(calls).toEqual([2]);
  });

  it('fails every load of a batch that failed, and asks for at most 1,000 at once', async () => {
    const failing = createEntityLoader(async (): Promise<ReadonlyMap<string, string>> => {
      throw new Error('away');
    });
    expect(
      (await Promise.allSettled([failing.load(1), failing.load(2)])).map(({ status }) => status),
    ).toEqual(['rejected', 'rejected']);
    const sizes: number[] = [];
    const many = createEntityLoader(async (keys: ReadonlyArray<number>) => {
      sizes.push(keys.length);
      return new Map<string, number>();
    });
    await Promise.all(Array.from({ length: 2_500 }, (_, key) => many.load(key)));
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });
});
