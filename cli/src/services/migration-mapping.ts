import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@supergraph/schema/services';
import { readCrossingKeys, type CrossingKey } from '../launcher/crossing-keys.js';

const REPLACEMENTS = {
  CASCADE: 'delete',
  'SET NULL': 'set-null',
  RESTRICT: 'refuse',
  'NO ACTION': 'refuse',
} as const satisfies Readonly<Record<CrossingKey['onDelete'], string>>;

/**
 * Renders the mapping by which `npm run migration` moves services out of the database that they share: which table goes
 * where, as the Prisma schemas have them, how tables are made there, and what replaces the foreign keys between services.
 */
export function renderMigrationMapping(services: ReadonlyArray<Service>): string {
  const names = services.map(({ name }) => name);
  const mapping = {
    version: 1,
    services: Object.fromEntries(
      services.map((service) => [
        service.name,
        {
          tables: tablesOf(service).map((table) => ({ schema: service.name, table })),
          targetSchema: {
            kind: 'command',
            command: ['node', 'cli/dist/main.js', 'database', 'migrate', service.name],
            variable: `${service.environmentPrefix}_DATABASE_OWNER_URL`,
          },
          gate: { kind: 'platform' },
        },
      ]),
    ),
    crossings: readCrossingKeys()
      .filter(({ service, references }) => names.includes(service) && names.includes(references.service))
      .map(({ constraint, service, table, column, references, onDelete }) => ({
        constraint,
        table: { schema: service, table },
        columns: [column],
        references: { schema: references.service, table: references.table },
        referencedColumns: [references.column],
        replacement: REPLACEMENTS[onDelete],
      })),
  };
  return `${render(mapping, '')}\n`;
}

/** Tables in the order of the Prisma schema. */
function tablesOf({ folder }: Service): ReadonlyArray<string> {
  const text = readFileSync(join(folder, 'prisma', 'schema.prisma'), 'utf8');
  return [...text.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(
    ([, model = '', body = '']) => /^\s*@@map\("([^"]+)"\)/m.exec(body)?.[1] ?? model,
  );
}

/** As Prettier has it: what holds single values only is a line. */
function render(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isFlat = Object.values(value).every((inner) => typeof inner !== 'object');
  const entries = Array.isArray(value)
    ? value.map((inner) => render(inner, `${indent}  `))
    : Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${render(inner, `${indent}  `)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (isFlat) return Array.isArray(value) ? `[${entries.join(', ')}]` : `{ ${entries.join(', ')} }`;
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}`).join(',\n')}\n${indent}${close}`;
}
