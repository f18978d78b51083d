/**
 * Prisma's command line for one service, without a native engine and without a download.
 *
 *   node scripts/prisma.mjs SERVICE generate
 *   node scripts/prisma.mjs SERVICE migrate dev --name add_colour
 *   node scripts/prisma.mjs SERVICE migrate deploy | status | diff … | resolve …
 *
 * It works as the owner of the service's tables: <SERVICE>_DATABASE_OWNER_URL, which `generate`, `validate` and `format`
 * do not need. `migrate dev` and comparisons with migrations replay these in a database of their own, which the owner
 * must be allowed to create; where it is not, <SERVICE>_SHADOW_DATABASE_URL names an empty one.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Commands that need a database, and with it the schema engine; the others read files alone. */
const online = new Set(['migrate', 'db', 'studio']);

/**
 * Runs Prisma's command line in a service's folder.
 *
 * @param {string} service its name in subgraphs/services.json
 * @param {readonly string[]} parameters of the command line, such as ['migrate', 'status']
 * @param {{ stdio?: import('node:child_process').StdioOptions, env?: NodeJS.ProcessEnv }} options
 * @returns {import('node:child_process').ChildProcess}
 * @throws Error when the service is not known, or a variable is missing or wrong.
 */
export function startPrisma(service, parameters, { stdio = 'inherit', env = process.env } = {}) {
  const names = JSON.parse(readFileSync(join(root, 'subgraphs', 'services.json'), 'utf8')).map(
    ({ name }) => name,
  );
  if (!names.includes(service)) {
    throw new Error(
      `Unknown service ${service ?? ''}. Usage: prisma SERVICE COMMAND…, SERVICE being one of ${names.join(', ')}.`,
    );
  }
  const needsDatabase = online.has(parameters[0]) && !parameters.includes('--help');
  if (needsDatabase && !existsSync(join(root, 'platform', 'dist', 'prisma', 'schema-engine-cli.js'))) {
    throw new Error('The schema engine is not built yet: run "npm run build" first.');
  }
  const cli = join(
    dirname(createRequire(import.meta.url).resolve('prisma/package.json')),
    'build',
    'index.js',
  );
  const withConfig = parameters.length > 0 ? [...parameters, '--config', join(root, 'prisma.config.ts')] : [];
  return spawn(process.execPath, [cli, ...withConfig], {
    cwd: join(root, 'subgraphs', service),
    stdio,
    env: {
      ...env,
      ...(needsDatabase ? databaseVariables(service, env) : {}),
      PRISMA_SERVICE_DIRECTORY: join(root, 'subgraphs', service),
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'scripts', 'schema-engine'),
      // Neither a question about newer versions nor statistics leave this machine.
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  });
}

/** Prisma takes the PostgreSQL schema, which is named after the service, from the URL. */
function databaseVariables(service, env) {
  const prefix = service.toUpperCase().replaceAll('-', '_');
  const ownerUrl = env[`${prefix}_DATABASE_OWNER_URL`];
  const shadowUrl = env[`${prefix}_SHADOW_DATABASE_URL`];
  if (!ownerUrl) {
    throw new Error(
      `${prefix}_DATABASE_OWNER_URL is not set: give the URL of the service's database as the owner of its tables.`,
    );
  }
  return {
    PRISMA_OWNER_URL: withSchema(ownerUrl, service, `${prefix}_DATABASE_OWNER_URL`),
    PRISMA_SHADOW_URL: shadowUrl ? withSchema(shadowUrl, service, `${prefix}_SHADOW_DATABASE_URL`) : '',
  };
}

function withSchema(url, schema, variable) {
  if (!URL.canParse(url))
    throw new Error(`${variable} is not a URL of the form postgresql://user:password@host:port/database.`);
  const address = new URL(url);
  address.searchParams.set('schema', schema);
  return address.href;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const child = startPrisma(process.argv[2], process.argv.slice(3));
    child.on('error', (error) => fail(error));
    child.on('exit', (code, signal) => {
      if (signal !== null) process.kill(process.pid, signal);
      else process.exitCode = code ?? 1;
    });
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}
