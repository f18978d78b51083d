import DataLoader from 'dataloader';

/** Loads by key; what is not there is null. One batch a tick, one answer a key for the length of a request. */
export type EntityLoader<Key, Value> = DataLoader<Key, Value | null, string>;

/**
 * Makes a loader that turns all loads of one tick into one call of `loadMany`. Make it once a request: what it
 * remembers was read for one viewer.
 *
 * @param loadMany gets distinct keys, gives what was found in any order by the key's text
 * @param toText the key's text, for keys that are objects
 */
export function createEntityLoader<Key, Value>(
  loadMany: (keys: ReadonlyArray<Key>) => Promise<ReadonlyMap<string, Value>>,
  toText: (key: Key) => string = String,
): EntityLoader<Key, Value> {
  return new DataLoader<Key, Value | null, string>(
    async (keys) => {
      const found = await loadMany(keys);
      return keys.map((key) => found.get(toText(key)) ?? null);
    },
    { cacheKeyFn: toText, maxBatchSize: 1_000 },
  );
}
