import { createHash } from 'node:crypto';
import type { SubgraphFetch } from '../execution/fetch/subgraph-fetch.js';
import type { RouterContext } from '../identity/request-context.js';
import type { Selection } from './selections.js';
import { viewerKey } from './viewer-key.js';

/** Longer values of variables stand in keys by their hash. */
const LONGEST_TEXT = 200;

/** The keys of what one fetch asks for. */
export interface FetchKeys {
  readonly selection: Selection;
  /** The key of what everybody gets. */
  forAll(of: string): string;
  /** The key of what this viewer gets. */
  forOne(of: string): string;
}

/** Makes them. None of the parts has a line break: numbers, hashes and JSON. */
export function fetchKeys(selection: Selection, fetch: SubgraphFetch, context: RouterContext): FetchKeys {
  const variables = fetch.operation.variableNames.length === 0 ? '' : short(JSON.stringify(fetch.variables));
  const headers = context.propagatedHeaders?.keyFor(fetch.operation.subgraph) ?? '';
  const start = `${selection.id}\n${variables}\n${headers}\n`;
  let viewer: string | undefined;
  return {
    selection,
    forAll: (of) => `${start}\n${of}`,
    forOne: (of) => `${start}${(viewer ??= viewerKey(context))}\n${of}`,
  };
}

function short(text: string): string {
  return text.length <= LONGEST_TEXT ? text : createHash('sha256').update(text).digest('base64');
}
