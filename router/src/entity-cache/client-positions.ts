/** A place in a subgraph's log that a client's writes have reached. */
export interface WrittenPlace {
  readonly epoch: string;
  readonly sequence: bigint;
}

/** The header by which clients carry the places of their writes from answer to request, to any replica of the router. */
export const POSITION_HEADER = 'supergraph-position';

/** Above what as many sources as are ever followed take. */
const MAXIMUM_CHARACTERS = 4_096;
const MAXIMUM_SOURCES = 32;
const PLACE = /^([\w-]{1,64}):([0-9a-f-]{36}):([1-9]\d{0,18})$/;

/**
 * Where the writes of one client are in the logs of the subgraphs: what it brought, and what its request added. A
 * client that makes them up makes its own reads slower and nobody else's.
 */
export class ClientPositions {
  readonly #places: Map<string, WrittenPlace>;

  /**
   * @param header as the client sent it; undefined when it sent none. What cannot be read counts as none.
   * @param tell called with what the client shall send from now on
   */
  constructor(
    header: string | undefined,
    private readonly tell: (header: string) => void,
  ) {
    this.#places = parse(header);
  }

  /** Whether the client told of no writes. */
  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** What of a subgraph the client must see at least. */
  get(subgraph: string): WrittenPlace | undefined {
    return this.#places.get(subgraph);
  }

  /** The client's request wrote to a subgraph, up to there. */
  note(subgraph: string, place: WrittenPlace): void {
    const before = this.#places.get(subgraph);
    if (before?.epoch === place.epoch && before.sequence >= place.sequence) {
      return;
    }
    this.#places.set(subgraph, place);
    this.tell(format(this.#places));
  }
}

/** Text of it: base64url, so that nobody reads a promise into what it is made of. */
function format(places: ReadonlyMap<string, WrittenPlace>): string {
  const parts = [...places].map(([subgraph, { epoch, sequence }]) => `${subgraph}:${epoch}:${sequence}`);
  return Buffer.from(parts.join(',')).toString('base64url');
}

function parse(header: string | undefined): Map<string, WrittenPlace> {
  if (header === undefined || header.length > MAXIMUM_CHARACTERS || !/^[\w-]+$/.test(header)) {
    return new Map();
  }
  const parts = Buffer.from(header, 'base64url').toString('latin1').split(',');
  const places = parts.map((part) => PLACE.exec(part));
  if (places.length > MAXIMUM_SOURCES || places.includes(null)) {
    return new Map();
  }
  return new Map(
    places.map((match): [string, WrittenPlace] => {
      const [, subgraph = '', epoch = '', sequence = '0'] = match ?? [];
      return [subgraph, { epoch, sequence: BigInt(sequence) }];
    }),
  );
}
