/** One comparison: what is asked of every gateway, and how. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The operation of the n-th request. */
  readonly query: (request: number) => string;
  readonly connections: number;
  /** What every subgraph waits before it answers. */
  readonly delayMilliseconds: number;
  /** Requests before it is measured. */
  readonly warmUp: number;
  /** Requests that are measured. */
  readonly requests: number;
}

const LIST = `query List {
  topProducts(first: 20) { upc name price inStock reviews { id body author { id } } }
}`;

const ENTITY = `query Entity { user(id: "1") { id name username reviews { id } } }`;

/** The operation of the gateways' widely used benchmark: all scalar fields of each type in three fragments. */
const LARGE = `
fragment User on User { id username name birthday }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query Large {
  users {
    ...User
    reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } }
  }
  topProducts {
    ...Product
    reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
  }
}`;

const DISTINCT = 1_000;

/** Operations of one shape that no gateway can take for one another. */
const distinct = (number: number): string =>
  `query Distinct${number} { products${number}: topProducts(first: ${1 + (number % 20)}) { upc name${number}: name inStock reviews { id author { name } } } }`;

/** A compiler that is still at work is not what a server costs that runs for days. */
const steady = { connections: 50, delayMilliseconds: 0, warmUp: 6_000, requests: 12_000 };

export const scenarios: ReadonlyArray<Scenario> = [
  {
    ...steady,
    name: 'entity',
    title: 'a user and their reviews, two services',
    query: () => ENTITY,
  },
  { ...steady, name: 'list', title: 'a list of 20 over three services', query: () => LIST },
  {
    ...steady,
    name: 'large',
    title: 'the gateways’ benchmark',
    query: () => LARGE,
    warmUp: 200,
    requests: 600,
  },
  {
    ...steady,
    name: 'large-delayed',
    title: 'the gateways’ benchmark, subgraphs 4 ms late',
    query: () => LARGE,
    delayMilliseconds: 4,
    warmUp: 200,
    requests: 600,
  },
  {
    ...steady,
    name: 'cold',
    title: 'an operation never seen before',
    query: (request) => distinct(1_000_000 + request),
    connections: 1,
    warmUp: 100,
    requests: 200,
  },
  {
    ...steady,
    name: 'distinct',
    title: '1,000 distinct operations in turn',
    query: (request) => distinct(request % DISTINCT),
    warmUp: 2 * DISTINCT,
    requests: 4 * DISTINCT,
  },
];
