import type { Plan } from './plan.js';
import type { PlanFile } from './plan-file.js';

/**
 * Compares a database with its plan file.
 *
 * @returns each difference in a sentence that says what to do; empty when the plan still holds
 */
export function findDrift(plan: Plan, file: PlanFile): ReadonlyArray<string> {
  return [...driftOfKeys(plan, file), ...driftOfObjects(plan, file), ...driftOfStatements(plan, file)];
}

function driftOfKeys(plan: Plan, file: PlanFile): ReadonlyArray<string> {
  const nameOf = ({ table, constraint }: { readonly table: string; readonly constraint: string }): string =>
    `${constraint} on ${table}`;
  const planned = new Map(file.keys.map((key) => [nameOf(key), key]));
  const present = new Set(plan.keys.map(nameOf));
  return [
    ...plan.keys.flatMap((key) => {
      const known = planned.get(nameOf(key));
      if (known === undefined) {
        return [
          `The foreign key ${nameOf(key)} to ${key.references} is new: it couples ${key.from} to ${key.to}. ` +
            'Remove it, or decide what replaces it and write the plan anew.',
        ];
      }
      const changed = (
        [
          ['refers to', known.references, key.references],
          ['has the columns', known.columns.join(', '), key.columns.join(', ')],
          ['refers to the columns', known.referencedColumns.join(', '), key.referencedColumns.join(', ')],
          ['on delete does', known.onDelete, key.onDelete],
          ['on update does', known.onUpdate, key.onUpdate],
        ] as const
      )
        .filter(([, before, now]) => before !== now)
        .map(
          ([what, before, now]) =>
            `The foreign key ${nameOf(key)} ${what} ${now}; the plan says ${before}. Look at it again and write the plan anew.`,
        );
      const decision =
        key.decided && known.replacement !== key.replacement
          ? [
              `The mapping replaces ${nameOf(key)} by "${key.replacement}", the plan by "${known.replacement}". ` +
                'Make them agree.',
            ]
          : [];
      const undecided = key.decided
        ? []
        : [`The mapping does not say what replaces ${nameOf(key)}: add it to its "crossings".`];
      return [...changed, ...decision, ...undecided];
    }),
    ...file.keys
      .filter((key) => !present.has(nameOf(key)))
      .map((key) => `The foreign key ${nameOf(key)} is gone: take it out of the plan and of the mapping.`),
  ];
}

function driftOfObjects(plan: Plan, file: PlanFile): ReadonlyArray<string> {
  const nameOf = (object: PlanFile['objects'][number] | Plan['objects'][number]): string =>
    `${object.kind} ${object.name} (${object.services.join(', ')})`;
  const planned = new Set(file.objects.map(nameOf));
  const present = new Set(plan.objects.map(nameOf));
  return [
    ...plan.objects
      .filter((object) => !planned.has(nameOf(object)))
      .map((object) => `The ${nameOf(object)} is new and couples them. Remove it, or write the plan anew.`),
    ...file.objects
      .filter((object) => !present.has(nameOf(object)))
      .map((object) => `The ${nameOf(object)} couples nothing any more: take it out of the plan.`),
  ];
}

function driftOfStatements(plan: Plan, file: PlanFile): ReadonlyArray<string> {
  if (!plan.statements.available) {
    return file.statements.length === 0
      ? []
      : [
          `The ${file.statements.length} allowed statements cannot be checked. ${plan.statements.notes.join(' ')}`,
        ];
  }
  const allowed = new Set(file.statements.map(({ fingerprint }) => fingerprint));
  const present = new Set(plan.statements.crossing.map(({ fingerprint }) => fingerprint));
  return [
    ...plan.statements.crossing
      .filter(({ fingerprint }) => !allowed.has(fingerprint))
      .map(
        ({ fingerprint, text, services }) =>
          `A new statement touches ${services.join(' and ')} (${fingerprint}): ${shorten(text)} ` +
          'The list of allowed statements only shrinks: ask each service for its part instead.',
      ),
    ...file.statements
      .filter(({ fingerprint }) => !present.has(fingerprint))
      .map(
        ({ fingerprint, text }) =>
          `A statement that was allowed is not sent any more (${fingerprint}): ${shorten(text)} Take it out of the plan.`,
      ),
  ];
}

/** A statement on one line of bearable length. */
export function shorten(text: string, length = 120): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
