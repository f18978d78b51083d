import type { ListSize } from './cost-directives.js';

/** One estimate under way. */
export interface Evaluation {
  /** As the client gave them, with the operation's defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Costs of fragments by name and by what bounds the lists in them, so that each is added up once. */
  readonly fragments: Map<string, number>;
  /** Why the operation cannot be estimated. */
  readonly mistakes: Set<string>;
}

/** How long the lists with certain names are, right below a field. */
export interface SizedLists {
  readonly fields: ListSize['sizedFields'];
  readonly size: number;
  /** Tells this apart from every other in the same estimate. */
  readonly key: string;
}

/** Gives the cost of a part of an operation. */
export type Cost = (evaluation: Evaluation, sized: SizedLists | undefined) => number;
