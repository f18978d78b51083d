import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, validate } from 'graphql';

/**
 * Generates the example client's typed documents from `schema/api.graphql` and the saved operations into
 * `schema/client/src/generated/operations.ts`, and leaves the file alone when nothing changed.
 *
 * An operation that the schema cannot answer is left out with a warning: it may use what `schema:compose`
 * is about to write, and that command runs after this one. `schema:check` refuses it for good.
 *
 * @param {string} root the repository
 * @returns {Promise<{ file: string, changed: boolean }>} the generated file, absolute
 * @throws when a scalar has no type in `scalars`
 */
export async function generateClient(root) {
  const file = join(root, 'schema', 'client', 'src', 'generated', 'operations.ts');
  const api = await readIfThere(join(root, 'schema', 'api.graphql'));
  if (api === undefined) {
    warn('schema/api.graphql is not there, so no client is generated: run npm run schema:compose.');
    return { file, changed: false };
  }
  const text = await codegen({
    filename: file,
    schema: parse(api),
    documents: await readOperations(join(root, 'schema', 'operations'), buildSchema(api)),
    config: {
      strictScalars: true,
      scalars,
      useTypeImports: true,
      immutableTypes: true,
      enumType: 'string-literal',
      // Only what an operation selects is in the type of its answer.
      skipTypename: true,
      inputMaybeValue: 'T | null | undefined',
      dedupeFragments: true,
    },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { typescriptOperations, typedDocumentNode },
  });
  const generated = `/* eslint-disable */\n/* Generated from schema/api.graphql and schema/operations. */\n${text}`;
  if ((await readIfThere(file)) === generated) return { file, changed: false };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, generated);
  return { file, changed: true };
}

/** How each scalar looks in JSON. A new scalar must be added here. */
const scalars = {
  ID: 'string',
  DateTime: 'string',
  Decimal: 'string',
  CurrencyCode: 'string',
  JSON: 'unknown',
};

async function readOperations(folder, schema) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (name) => {
      const location = join(folder, name);
      const document = parse(await readFile(location, 'utf8'));
      const [problem] = validate(schema, document);
      if (problem === undefined) return [{ location, document }];
      warn(
        `schema/operations/${name} is left out of the client: ${problem.message} If a service has it, run npm run schema:compose.`,
      );
      return [];
    }),
  );
  return documents.flat();
}

async function readIfThere(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function warn(message) {
  process.stderr.write(`${message}\n`);
}
