import { getOperationAST, parse, type DocumentNode } from 'graphql';
import { z } from 'zod';

/** Of one manifest: a list of every mistake of a large one helps nobody. */
const TOLD_MISTAKES = 5;

const manifestShape = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1).max(256),
      body: z.string().min(1),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      clientName: z.string().nullish(),
    }),
  ),
});

/** The operations that clients have registered. */
export class Manifest {
  readonly #byId = new Map<string, string>();
  readonly #idByBody = new Map<string, string>();

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** Every operation once, to be made ready before it is asked for. */
  get documents(): ReadonlyArray<{ readonly document: DocumentNode }> {
    return [...this.#idByBody.keys()].map((body) => ({ document: parse(body) }));
  }

  /** Gives the body that is registered under an id: for the client of that name, or else for every client. */
  bodyOf(id: string, clientName: string | undefined): string | undefined {
    const own = clientName === undefined ? undefined : this.#byId.get(keyOf(id, clientName));
    return own ?? this.#byId.get(keyOf(id, undefined));
  }

  /** Gives the id of a registered body, for whichever client it is registered. */
  idOf(body: string): string | undefined {
    return this.#idByBody.get(body);
  }

  /**
   * Adds an operation.
   *
   * @returns false when another one is registered under its id
   */
  add(id: string, body: string, clientName: string | undefined): boolean {
    const key = keyOf(id, clientName);
    const present = this.#byId.get(key);
    if (present !== undefined && present !== body) {
      return false;
    }
    this.#byId.set(key, body);
    this.#idByBody.set(body, id);
    return true;
  }
}

/**
 * Reads a manifest in the format of Apollo's persisted query lists, version 1.
 *
 * @throws Error that names what is wrong with it
 * @see https://www.apollographql.com/docs/graphos/platform/security/persisted-queries
 */
export function parseManifest(text: string): Manifest {
  const parsed = manifestShape.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(
      `it is not a manifest of persisted operations: ${toldOf(
        parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      )}`,
    );
  }
  const manifest = new Manifest();
  const mistakes: string[] = [];
  for (const { id, body, name, clientName } of parsed.data.operations) {
    const mistake = mistakeOf(body);
    if (mistake !== undefined) {
      mistakes.push(`the operation ${name || id} ${mistake}`);
    } else if (!manifest.add(id, body, clientName ?? undefined)) {
      mistakes.push(`the id ${id} stands for two operations`);
    }
  }
  if (mistakes.length > 0) {
    throw new Error(toldOf(mistakes));
  }
  return manifest;
}

function mistakeOf(body: string): string | undefined {
  try {
    return getOperationAST(parse(body, { noLocation: true })) ? undefined : 'is not exactly one operation';
  } catch {
    return 'is not GraphQL';
  }
}

function toldOf(mistakes: ReadonlyArray<string>): string {
  const more = mistakes.length - TOLD_MISTAKES;
  return `${mistakes.slice(0, TOLD_MISTAKES).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** A client's name is a header's value and holds no line break. */
function keyOf(id: string, clientName: string | undefined): string {
  return clientName === undefined ? id : `${clientName}\n${id}`;
}
