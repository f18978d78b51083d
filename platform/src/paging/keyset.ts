import type { Page } from './connection.js';

type Direction = 'asc' | 'desc';
type Bound = { lte: Date } | { gte: Date };

/** The parts of a Prisma `findMany` that read one page of a list that begins with the newest. */
export interface KeysetQuery<Field extends string> {
  readonly where: { AND: KeysetCondition<Field>[] };
  readonly orderBy: { [Key in Field | 'id']?: Direction }[];
  /** One more than the page, by which one knows whether another follows. */
  readonly take: number;
}

// Arrays are not readonly here because Prisma's argument types are not.
type KeysetCondition<Field extends string> = { [Key in Field]?: Bound } & {
  OR: ({ [Key in Field]?: { lt: Date } | { gt: Date } } & { id?: { lt: string } | { gt: string } })[];
};

/**
 * Turns a page into the parts of a `findMany` over a list ordered by `field` and then `id`, the newest first.
 *
 * The bound on `field` alone lets an index on (`field`, `id`) begin at the cursor; the rest sorts out the rows
 * of the very same moment. So the thousandth page costs what the first does.
 *
 * @param field a `timestamptz(3)` column: cursors carry milliseconds
 * @see https://use-the-index-luke.com/no-offset
 */
export function keysetQuery<Field extends string>(page: Page, field: Field): KeysetQuery<Field> {
  const conditions: unknown[] = [];
  if (page.after !== null) {
    const { at, id } = page.after;
    conditions.push({ [field]: { lte: at }, OR: [{ [field]: { lt: at } }, { id: { lt: id } }] });
  }
  if (page.before !== null) {
    const { at, id } = page.before;
    conditions.push({ [field]: { gte: at }, OR: [{ [field]: { gt: at } }, { id: { gt: id } }] });
  }
  const direction: Direction = page.direction === 'forward' ? 'desc' : 'asc';
  return {
    where: { AND: conditions as KeysetCondition<Field>[] },
    orderBy: [{ [field]: direction }, { id: direction }] as KeysetQuery<Field>['orderBy'],
    take: page.size + 1,
  };
}
