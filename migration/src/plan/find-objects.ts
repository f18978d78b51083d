import { displayName, type Catalog, type QualifiedName, type Routine } from '../catalog/index.js';
import { placeOf } from './find-keys.js';
import type { Ownership } from './ownership.js';
import type { CrossingObject } from './plan.js';
import type { Resolver } from './resolve-names.js';

/** Finds every view, routine, trigger, sequence and type that more than one service needs. */
export function findCrossingObjects(
  catalog: Catalog,
  ownership: Ownership,
  resolver: Resolver,
): ReadonlyArray<CrossingObject> {
  return [
    ...findViews(catalog, ownership, resolver),
    ...findRoutines(catalog, ownership, resolver),
    ...findTriggers(catalog, ownership, resolver),
    ...findSequences(catalog, ownership),
    ...findTypes(catalog, ownership),
  ];
}

/** A routine's name with its arguments, which tell overloads apart. */
export function routineName(routine: Routine): string {
  return `${displayName(routine)}(${routine.arguments})`;
}

/** The services of tables, each once and in order. */
export function servicesOf(
  ownership: Ownership,
  tables: ReadonlyArray<QualifiedName>,
): ReadonlyArray<string> {
  return [...new Set(tables.map((table) => ownership.serviceOf(table)))]
    .filter((service) => service !== undefined)
    .sort();
}

function findViews(
  catalog: Catalog,
  ownership: Ownership,
  resolver: Resolver,
): ReadonlyArray<CrossingObject> {
  return catalog.views.flatMap((view) => {
    const tables = resolver.tablesBehind(view);
    return crossing(ownership, tables, {
      kind: view.kind,
      name: displayName(view),
      through: tables.map(displayName),
      advice: 'Ask each service for its part, or keep a replica of the other part beside one of them.',
    });
  });
}

function findRoutines(
  catalog: Catalog,
  ownership: Ownership,
  resolver: Resolver,
): ReadonlyArray<CrossingObject> {
  return catalog.routines.flatMap((routine) => {
    const tables = resolver.tablesOfRoutine(routine);
    const found = crossing(ownership, tables, {
      kind: 'routine',
      name: routineName(routine),
      through: tables.map(displayName),
      advice: 'Split it: each service keeps the part that touches its own tables.',
    });
    if (found.length > 0) return found;
    const firedBy = catalog.triggers
      .filter(({ function: used }) => used.schema === routine.schema && used.name === routine.name)
      .map(({ table }) => table);
    return crossing(ownership, firedBy, {
      kind: 'routine',
      name: routineName(routine),
      through: firedBy.map(displayName),
      advice: 'Triggers of several services run it: each service gets a copy.',
    });
  });
}

function findTriggers(
  catalog: Catalog,
  ownership: Ownership,
  resolver: Resolver,
): ReadonlyArray<CrossingObject> {
  return catalog.triggers.flatMap((trigger) => {
    const routine = catalog.routines.find(
      ({ schema, name }) => schema === trigger.function.schema && name === trigger.function.name,
    );
    const touched = routine === undefined ? [] : resolver.tablesOfRoutine(routine);
    const owner = ownership.serviceOf(trigger.table);
    const foreign = touched.filter((table) => {
      const service = ownership.serviceOf(table);
      return service !== undefined && service !== owner;
    });
    return crossing(ownership, [trigger.table, ...foreign], {
      kind: 'trigger',
      // By the name that the table is moved under, so that the plan still holds after the move.
      name: `${trigger.name} on ${displayName(placeOf(ownership, trigger.table))}`,
      through: foreign.map(displayName),
      advice: 'Let the service of the table tell what happened, and the other one act on it.',
    });
  });
}

function findSequences(catalog: Catalog, ownership: Ownership): ReadonlyArray<CrossingObject> {
  return catalog.sequences.flatMap((sequence) => {
    const users = [...(sequence.ownedBy === undefined ? [] : [sequence.ownedBy]), ...sequence.usedBy];
    return crossing(
      ownership,
      users.map(({ table }) => table),
      {
        kind: 'sequence',
        name: displayName(sequence),
        through: [...new Set(users.map(({ table, column }) => `${displayName(table)}.${column}`))],
        advice: 'Give each service a sequence of its own; numbers will no longer be unique across them.',
      },
    );
  });
}

function findTypes(catalog: Catalog, ownership: Ownership): ReadonlyArray<CrossingObject> {
  return catalog.types.flatMap((type) => {
    const users = catalog.tables.flatMap((table) =>
      table.columns
        .filter(({ userType }) => userType?.schema === type.schema && userType.name === type.name)
        .map(({ name }) => ({ table, column: name })),
    );
    return crossing(
      ownership,
      users.map(({ table }) => table),
      {
        kind: 'type',
        name: displayName(type),
        through: users.map(({ table, column }) => `${displayName(table)}.${column}`),
        advice: `Each service gets a copy of the ${type.kind}; from then on they change apart.`,
      },
    );
  });
}

function crossing(
  ownership: Ownership,
  tables: ReadonlyArray<QualifiedName>,
  object: Omit<CrossingObject, 'services'>,
): ReadonlyArray<CrossingObject> {
  const services = servicesOf(ownership, tables);
  return services.length < 2 ? [] : [{ ...object, services }];
}
