import type { PlanNode } from '@apollo/query-planner';
import { getOperationAST, parse, validate } from 'graphql';
import { compareOutcomes, type Agreement } from './agreement.js';
import {
  loadPair,
  type ExecutorModules,
  type Operation,
  type Outcome,
  type Pair,
  type PlannedOperation,
} from './compare.js';
import type { Faults } from './fake-values.js';
import { makeFakeSubgraphs, type FakeSubgraphs } from './fake-subgraph.js';
import { executeMonolith } from './monolith.js';
import { randomOperation } from './random-operation.js';
import type { TriedSupergraph } from './supergraphs.js';

const NONE: Faults = { nulls: 0, errors: 0, missing: 0, failingReferences: 0, down: 0 };

/** What goes wrong in a run, from nothing to everything. */
const WORLDS: ReadonlyArray<Faults> = [
  NONE,
  { ...NONE, nulls: 0.1 },
  { ...NONE, nulls: 0.1, errors: 0.06 },
  { nulls: 0.05, errors: 0.02, missing: 0.15, failingReferences: 0.1, down: 0 },
  { nulls: 0.05, errors: 0.02, missing: 0.05, failingReferences: 0.05, down: 0.2 },
];
/** Of the worlds those that one service could be in. */
const WORLDS_AS_ONE: Readonly<Record<TriedSupergraph['asOneService'], number>> = {
  never: 0,
  nulls: 2,
  errors: 3,
};

/** What came of many operations. */
export interface Tally {
  operations: number;
  runs: number;
  readonly agreements: Record<Agreement, number>;
  /** Operations that the planner itself refuses. */
  unplanned: number;
  /** Operations by the kinds of nodes and rewrites in their plans. */
  readonly planParts: Record<string, number>;
}

/** An operation of which ours and stock make different things. */
export class Difference extends Error {
  constructor(
    supergraph: string,
    operation: Operation,
    data: string,
    outcomes: Readonly<Record<string, Pick<Outcome, 'data' | 'errors'>>>,
  ) {
    const tell = ([name, { data, errors }]: readonly [string, Pick<Outcome, 'data' | 'errors'>]): string =>
      `${name}: ${JSON.stringify(data)}\n  ${errors.map(({ message, path }) => `${JSON.stringify(path)} ${message}`).join('\n  ')}`;
    super(
      [
        `${supergraph}: ours differs, with the data of ${data}`,
        operation.source,
        JSON.stringify(operation.variables),
        ...Object.entries(outcomes).map(tell),
      ].join('\n'),
    );
  }
}

/** A supergraph with both executors and its subgraphs. */
export interface Trial {
  readonly supergraph: TriedSupergraph;
  readonly pair: Pair;
  readonly subgraphs: FakeSubgraphs;
}

/** Loads a supergraph to try operations on; `modules` to try another executor than ours. */
export async function prepareTrial(supergraph: TriedSupergraph, modules?: ExecutorModules): Promise<Trial> {
  return {
    supergraph,
    pair: await loadPair(supergraph.sdl, modules),
    subgraphs: makeFakeSubgraphs(supergraph.subgraphs, supergraph.families),
  };
}

/** A tally with nothing in it. */
export function emptyTally(): Tally {
  return {
    operations: 0,
    runs: 0,
    agreements: { equal: 0, 'stock is wrong': 0, different: 0 },
    unplanned: 0,
    planParts: {},
  };
}

/**
 * Runs one random operation through both executors, in worlds where more and more goes wrong.
 *
 * @returns false when the schema does not allow the operation
 * @throws {Difference}
 */
export async function tryOperation(
  { supergraph, pair, subgraphs }: Trial,
  choices: ReadonlyArray<number>,
  seed: number,
  tally: Tally,
): Promise<boolean> {
  const operation = makeOperation(pair, choices);
  if (operation === undefined) {
    return false;
  }
  let planned: PlannedOperation;
  try {
    planned = pair.plan(operation);
  } catch {
    tally.unplanned += 1;
    return true;
  }
  const parts = partsOf(planned.plan.node as PlanNode | undefined);
  tally.operations += 1;
  for (const part of parts) {
    tally.planParts[part] = (tally.planParts[part] ?? 0) + 1;
  }
  const asOne = WORLDS_AS_ONE[supergraph.asOneService];
  // The stock plan may be wrong, and only one service can say so.
  const worlds = planned.isOwn ? WORLDS.slice(0, asOne) : WORLDS;
  for (const [index, world] of worlds.entries()) {
    const ask = subgraphs.withData(seed, world);
    const stock = await pair.runStock(operation, ask);
    const ours = await pair.runOurs(operation, ask);
    const monolith =
      index < asOne
        ? await executeMonolith(pair.stock.schema, operation, subgraphs.data, seed, world)
        : undefined;
    const losesTypes = Object.keys(supergraph.families).length > 0;
    const agreement = compareOutcomes(ours, stock, monolith, losesTypes);
    tally.runs += 1;
    tally.agreements[agreement] += 1;
    if (agreement === 'stock is wrong') {
      // It is so in the other worlds too, where nobody could tell.
      break;
    }
    if (agreement === 'different') {
      throw new Difference(supergraph.name, operation, `seed ${seed} and ${JSON.stringify(world)}`, {
        ours,
        stock,
        ...(monolith === undefined ? {} : { monolith }),
      });
    }
  }
  return true;
}

function makeOperation({ stock: { schema } }: Pair, choices: ReadonlyArray<number>): Operation | undefined {
  const { source, variables } = randomOperation(schema, choices);
  const document = parse(source, { noLocation: true });
  const operation = getOperationAST(document);
  if (!operation || validate(schema, document).length > 0) {
    return undefined;
  }
  return { source, document, operation, variables };
}

function partsOf(node: PlanNode | undefined, parts = new Set<string>()): ReadonlySet<string> {
  if (node === undefined) {
    return parts.add('nothing to fetch');
  }
  parts.add(node.kind);
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      node.nodes.forEach((each) => partsOf(each, parts));
      break;
    case 'Flatten':
      partsOf(node.node, parts);
      break;
    case 'Condition':
      [node.ifClause, node.elseClause].forEach((each) => each && partsOf(each, parts));
      break;
    case 'Fetch':
      parts.add(node.requires === undefined ? 'Fetch of the root' : 'Fetch of entities');
      if ((node.inputRewrites ?? []).length > 0) {
        parts.add('inputRewrites');
      }
      if ((node.outputRewrites ?? []).length > 0) {
        parts.add('outputRewrites');
      }
      break;
    case 'Defer':
      break;
  }
  return parts;
}
