import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

/**
 * Writes `src/generated/events.ts` of every service: the contracts of all events, and the type of each one's data. A
 * service may not import another's code, so each has them all.
 *
 * @param {string} root the repository
 * @param {ReadonlyArray<{ name: string }>} services the list of services
 */
export async function generateEventContracts(root, services) {
  const folder = join(root, 'schema', 'events');
  const schemas = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const types = await Promise.all(latestOnly(schemas).map(writeType));
  const text = [
    '/* eslint-disable */',
    '/** The contracts of all events, from `schema/events`. */',
    `export const eventSchemas: ReadonlyArray<Readonly<Record<string, unknown>>> = ${JSON.stringify(schemas, null, 2)};`,
    ...types.map(({ text }) => text),
    '/** The data of each event, by its type, in the latest version. */',
    `export interface EventData {\n${types.map(({ type, name }) => `  '${type}': ${name};`).join('\n')}\n}\n`,
  ].join('\n\n');
  for (const { name } of services) {
    const generated = join(root, 'subgraphs', name, 'src', 'generated');
    mkdirSync(generated, { recursive: true });
    writeFileSync(join(generated, 'events.ts'), text);
  }
}

/** Of several versions of a type, the one that is written now. */
function latestOnly(schemas) {
  const latest = new Map();
  for (const schema of schemas) {
    const [type, version] = schema.$id.split('/');
    const known = latest.get(type);
    if (known === undefined || known.version < Number(version)) {
      latest.set(type, { type, version: Number(version), schema });
    }
  }
  return [...latest.values()];
}

async function writeType({ type, schema }) {
  // `auth.user.role_changed` becomes `AuthUserRoleChanged`.
  const name = type.replaceAll(/(^|[._-])([a-z])/g, (_, __, letter) => letter.toUpperCase());
  const text = await compile({ ...schema, $id: undefined, title: undefined }, name, {
    bannerComment: '',
    additionalProperties: false,
    format: false,
  });
  return { type, name, text };
}
