import { describe, expect, it } from '@jest/globals';
import { createEditorStorage, isFirstVisit } from './editor-storage.js';

function browserStorage(): globalThis.Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  };
}

const headers = '{ "Authorization": "Bearer secret" }';

describe('createEditorStorage', () => {
  it('stores no header of a history entry or a tab', () => {
    const browser = browserStorage();
    const entry = { query: '{ a }', headers, favorite: false };
    createEditorStorage(browser).setItem('graphiql:queries', JSON.stringify({ queries: [entry, entry] }));
    const stripped = { query: '{ a }', headers: null, favorite: false };
    expect(JSON.parse(browser.getItem('graphiql:queries') ?? '')).toEqual({ queries: [stripped, stripped] });
  });

  it.each([['a text with "headers"'], ['{"query":"{ headers }"}'], ['dark']])(
    'stores other text as it is: %s',
    (text) => {
      const browser = browserStorage();
      createEditorStorage(browser).setItem('graphiql:theme', text);
      expect(browser.getItem('graphiql:theme')).toBe(text);
    },
  );

  it('reads what stands in the editors from the active tab alone', () => {
    const storage = createEditorStorage(browserStorage());
    const tabs = [
      { query: '{ a }', variables: null },
      { query: '{ b }', variables: '{ "x": 1 }' },
    ];
    storage.setItem('graphiql:query', '{ other }');
    expect(storage.getItem('graphiql:query')).toBeNull();
    storage.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 1 }));
    expect(storage.getItem('graphiql:query')).toBe('{ b }');
    expect(storage.getItem('graphiql:variables')).toBe('{ "x": 1 }');
    storage.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 0 }));
    expect(storage.getItem('graphiql:variables')).toBeNull();
  });

  it('clears what is the editor’s and nothing else', () => {
    const browser = browserStorage();
    const storage = createEditorStorage(browser);
    browser.setItem('other', 'kept');
    storage.setItem('graphiql:theme', 'dark');
    storage.setItem('graphiql:tabState', '{}');
    expect(storage.length).toBe(2);
    expect(isFirstVisit(browser)).toBe(false);
    storage.clear();
    expect(isFirstVisit(browser)).toBe(true);
    expect(browser.getItem('other')).toBe('kept');
  });
});
