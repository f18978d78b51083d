import type { Plan } from './plan.js';

/** How strongly two services are tied together. */
export interface Coupling {
  /** In alphabetical order. */
  readonly services: readonly [string, string];
  readonly keys: number;
  readonly objects: number;
  readonly statements: number;
  /** Of all calls that touch a table of the mapping, 0 to 1. */
  readonly share: number;
}

/** Sums up what ties each pair of services; pairs that nothing ties are left out. The strongest come first. */
export function couplingsOf(plan: Plan): ReadonlyArray<Coupling> {
  const couplings = new Map<string, { -readonly [Name in keyof Coupling]: Coupling[Name] }>();
  const tie = (services: ReadonlyArray<string>, add: Partial<Omit<Coupling, 'services'>>): void => {
    const sorted = [...new Set(services)].sort();
    sorted.forEach((one, index) =>
      sorted.slice(index + 1).forEach((other) => {
        const name = JSON.stringify([one, other]);
        const coupling = couplings.get(name) ?? {
          services: [one, other] as const,
          keys: 0,
          objects: 0,
          statements: 0,
          share: 0,
        };
        coupling.keys += add.keys ?? 0;
        coupling.objects += add.objects ?? 0;
        coupling.statements += add.statements ?? 0;
        coupling.share += add.share ?? 0;
        couplings.set(name, coupling);
      }),
    );
  };
  plan.keys.forEach(({ from, to }) => tie([from, to], { keys: 1 }));
  plan.objects.forEach(({ services }) => tie(services, { objects: 1 }));
  plan.statements.crossing.forEach(({ services, share }) => tie(services, { statements: 1, share }));
  return [...couplings.values()].sort(
    (one, other) =>
      strengthOf(other) - strengthOf(one) || (one.services.join() < other.services.join() ? -1 : 1),
  );
}

/** One number to compare couplings by: a tenth of the calls weighs as much as a key. */
export function strengthOf({ keys, objects, share }: Coupling): number {
  return keys + objects + share * 10;
}
