import type { IncomingHttpHeaders } from 'node:http';
import { isReserved } from './reserved-headers.js';
import type { HeaderRule } from './rules.js';

const NONE: Readonly<Record<string, string>> = {};
const ALLOWED_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What of one request's headers goes to which subgraph. */
export class PropagatedHeaders {
  readonly #client: Readonly<Record<string, string>>;
  readonly #bySubgraph = new Map<string, Readonly<Record<string, string>>>();
  readonly #keys = new Map<string, string>();

  constructor(
    private readonly rules: ReadonlyArray<HeaderRule>,
    headers: IncomingHttpHeaders,
  ) {
    this.#client = ofThisMessage(headers);
  }

  /** Gives what a subgraph is sent, names in lower case. */
  for(subgraph: string): Readonly<Record<string, string>> {
    let headers = this.#bySubgraph.get(subgraph);
    if (headers === undefined) {
      headers = this.#apply(subgraph);
      this.#bySubgraph.set(subgraph, headers);
    }
    return headers;
  }

  /** Gives a text that is the same for two requests exactly when the subgraph is sent the same for them. */
  keyFor(subgraph: string): string {
    let key = this.#keys.get(subgraph);
    if (key === undefined) {
      const entries = Object.entries(this.for(subgraph)).sort(([left], [right]) => (left < right ? -1 : 1));
      key = entries.length === 0 ? '' : JSON.stringify(entries);
      this.#keys.set(subgraph, key);
    }
    return key;
  }

  #apply(subgraph: string): Readonly<Record<string, string>> {
    const sent = new Map<string, string>();
    for (const rule of this.rules) {
      if (rule.subgraphs !== undefined && !rule.subgraphs.includes(subgraph)) {
        continue;
      }
      if ('propagate' in rule) {
        const value = ownValue(this.#client, rule.propagate) ?? rule.default;
        if (value !== undefined) {
          sent.set(rule.as ?? rule.propagate, value);
        }
      } else if ('propagateMatching' in rule) {
        for (const [name, value] of Object.entries(this.#client)) {
          if (rule.propagateMatching.test(name)) {
            sent.set(name, value);
          }
        }
      } else if ('insert' in rule) {
        sent.set(rule.insert, rule.value);
      } else {
        sent.delete(rule.remove);
      }
    }
    return sent.size === 0 ? NONE : Object.fromEntries(sent);
  }
}

/** The request's key of what a subgraph is sent of its headers; empty when no rule passes any on. */
export function propagatedHeadersKey(
  { propagatedHeaders }: { readonly propagatedHeaders?: PropagatedHeaders | undefined },
  subgraph: string,
): string {
  return propagatedHeaders?.keyFor(subgraph) ?? '';
}

/** `Connection` names headers that are for the one who reads them and for nobody behind (RFC 9110, 7.6.1). */
function ofThisMessage(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const ended = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value.join(', ') : value;
      const passes = text !== undefined && !isReserved(name) && !ended.has(name) && ALLOWED_VALUE.test(text);
      return passes ? [[name, text]] : [];
    }),
  );
}

function ownValue(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}
