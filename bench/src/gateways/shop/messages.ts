/** What the process of the subgraphs is told. */
export type ShopOrder =
  | { readonly type: 'delay'; readonly milliseconds: number }
  | { readonly type: 'count' }
  | { readonly type: 'stop' };

/** What it tells. */
export type ShopReport =
  | { readonly type: 'ready'; readonly urls: Readonly<Record<string, string>> }
  /** Since it was asked before: requests, and characters of requests and answers together. */
  | { readonly type: 'counted'; readonly calls: number; readonly bytes: number };
