import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

/**
 * Writes `src/generated/graphql.ts` of every subgraph: types of its SDL and of its resolvers, federation
 * references included, so that a resolver that does not fit the SDL does not compile. What a resolver of a type
 * gets as its parent is named in the subgraph's `src/resolvers/mappers.ts`.
 *
 * @param {string} root the repository
 * @param {ReadonlyArray<{ name: string }>} services the list of services
 */
export async function generateGraphqlTypes(root, services) {
  await Promise.all(services.map(({ name }) => generateTypesOf(join(root, 'subgraphs', name))));
}

async function generateTypesOf(folder) {
  const filename = join(folder, 'src', 'generated', 'graphql.ts');
  const config = {
    federation: true,
    useTypeImports: true,
    strictScalars: true,
    enumsAsTypes: true,
    enumType: 'string-literal',
    avoidOptionals: { field: true, object: true, inputValue: false, defaultValue: true },
    maybeValue: 'T | null',
    inputMaybeValue: 'T | null | undefined',
    immutableTypes: true,
    contextType: '../resolvers/context.js#Context',
    mappers: readMappers(folder),
    scalars: {
      ID: 'string',
      DateTime: 'Date',
      Decimal: 'string',
      CurrencyCode: 'string',
      JSON: 'unknown',
      _FieldSet: 'string',
      federation__Scope: 'string',
      federation__FieldSet: 'string',
    },
    makeResolverTypeCallable: true,
  };
  const output = await codegen({
    filename,
    documents: [],
    config,
    schema: parse(readFileSync(join(folder, 'schema.graphql'), 'utf8')),
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  mkdirSync(join(filename, '..'), { recursive: true });
  writeFileSync(filename, `/* eslint-disable */\n${output}`);
}

/** Every type that `mappers.ts` exports as `<GraphQL type>Parent` becomes the parent of that type's resolvers. */
function readMappers(folder) {
  const source = readFileSync(join(folder, 'src', 'resolvers', 'mappers.ts'), 'utf8');
  const names = [...source.matchAll(/export (?:type|interface) (\w+)Parent\b/g)].map(([, name]) => name);
  return Object.fromEntries(names.map((name) => [name, `../resolvers/mappers.js#${name}Parent`]));
}
