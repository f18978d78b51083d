import type { Storage as EditorStorage } from '@graphiql/toolkit';

const namespace = 'graphiql:';
const tabsKey = `${namespace}tabState`;
/** What GraphiQL stores of the active tab a second time. */
const copies = { [`${namespace}query`]: 'query', [`${namespace}variables`]: 'variables' } as const;

type BrowserStorage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/**
 * Storage for GraphiQL that keeps tabs and history between visits, with two differences to the browser's own:
 * a request's headers are never stored, for with them the history would store tokens, where every later script of
 * this address could read them; and what stands in the editors is read from the active tab alone, for GraphiQL opens
 * one more tab whenever its second copy does not match any.
 */
export function createEditorStorage(storage: BrowserStorage): EditorStorage {
  const ownKeys = () =>
    Array.from({ length: storage.length }, (_item, index) => storage.key(index) ?? '').filter((key) =>
      key.startsWith(namespace),
    );
  return {
    getItem: (key) =>
      isCopy(key) ? (readActiveTab(storage.getItem(tabsKey))?.[copies[key]] ?? null) : storage.getItem(key),
    setItem: (key, value) => {
      if (!isCopy(key)) storage.setItem(key, stripHeaders(value));
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => ownKeys().forEach((key) => storage.removeItem(key)),
    get length() {
      return ownKeys().length;
    },
  };
}

/** Whether no tabs are stored: the visitor is here for the first time. */
export function isFirstVisit(storage: Pick<BrowserStorage, 'getItem'>): boolean {
  return storage.getItem(tabsKey) === null;
}

interface StoredTabs {
  readonly tabs?: ReadonlyArray<{ readonly query: string | null; readonly variables: string | null }>;
  readonly activeTabIndex?: number;
}

function readActiveTab(text: string | null) {
  const { tabs = [], activeTabIndex = 0 } = (parse(text ?? '') ?? {}) as StoredTabs;
  return tabs[activeTabIndex];
}

/** JSON text with null for every property called `headers`; other text as it is. */
function stripHeaders(text: string): string {
  if (!text.includes('"headers"')) return text;
  const value = parse(text, (key, inner) => (key === 'headers' ? null : inner));
  return value === undefined ? text : JSON.stringify(value);
}

/** Undefined for text that is no JSON: some of what GraphiQL stores is plain. */
function parse(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCopy(key: string): key is keyof typeof copies {
  return key in copies;
}
