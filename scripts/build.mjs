/**
 * Makes everything that is not written by hand, and only what its sources say is out of date: Prisma clients,
 * GraphQL types, event contracts, the example client, compiled JavaScript and the sandbox page.
 *
 *   node scripts/build.mjs [--force] [--quiet]
 *
 * Runs after `npm install` and before every command, so it costs next to nothing when there is nothing to do.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';
import { generateGraphqlTypes } from './codegen.mjs';
import { generateEventContracts } from './codegen-events.mjs';
import { generateClient } from './codegen-client.mjs';
import { buildSandbox } from './build-sandbox.mjs';
import { checkTextColumns } from './check-text-columns.mjs';
import { generatePrismaClient } from './prisma-generate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.cache', 'supergraph', 'build.json');
const force = process.argv.includes('--force');
const quiet = process.argv.includes('--quiet') || process.env.npm_config_loglevel === 'silent';

const services = JSON.parse(readFileSync(join(root, 'subgraphs', 'services.json'), 'utf8'));
const packages = [
  'platform',
  ...services.map(({ name }) => `subgraphs/${name}`),
  'schema',
  'router',
  'migration',
  'cli',
  'bench',
];

/** Each step: what it reads, what it must leave behind, how. Steps of one stage run side by side. */
const stages = [
  [
    ...services.map(({ name }) => ({
      name: `Prisma client of ${name}`,
      inputs: [`subgraphs/${name}/prisma/schema.prisma`],
      output: `subgraphs/${name}/src/generated/prisma/client.ts`,
      run: () => generatePrismaClient(root, name),
    })),
    {
      name: 'GraphQL types of the subgraphs',
      inputs: [
        'scripts/codegen.mjs',
        ...services.flatMap(({ name }) => [
          `subgraphs/${name}/schema.graphql`,
          `subgraphs/${name}/src/resolvers/mappers.ts`,
        ]),
      ],
      output: `subgraphs/${services.at(-1).name}/src/generated/graphql.ts`,
      run: () => generateGraphqlTypes(root, services),
    },
    {
      name: 'event contracts of the subgraphs',
      inputs: ['scripts/codegen-events.mjs', 'schema/events', 'subgraphs/services.json'],
      output: `subgraphs/${services.at(-1).name}/src/generated/events.ts`,
      run: () => generateEventContracts(root, services),
    },
    {
      name: 'typed operations of the example client',
      inputs: ['scripts/codegen-client.mjs', 'schema/api.graphql', 'schema/operations'],
      output: 'schema/client/src/generated',
      run: () => generateClient(root),
    },
  ],
  [
    {
      name: 'JavaScript',
      inputs: packages.flatMap((folder) => [
        `${folder}/src`,
        ...(folder === 'schema' ? ['schema/client/src'] : []),
      ]),
      output: 'cli/dist/main.js',
      run: () => compile(root, packages),
    },
    {
      name: 'sandbox page',
      inputs: ['router/sandbox'],
      output: 'router/dist-sandbox/index.html',
      run: () => buildSandbox(root),
    },
  ],
  [
    {
      name: 'list of columns with personal data',
      inputs: [
        'platform/src/personal-data',
        ...services.map(({ name }) => `subgraphs/${name}/prisma/schema.prisma`),
      ],
      output: 'platform/dist/personal-data/index.js',
      run: () => checkTextColumns(root, services),
    },
  ],
];

const stamps = force ? {} : readStamps();
for (const stage of stages) {
  await Promise.all(stage.map((step) => runStep(step)));
}

async function runStep(step) {
  const digest = digestOf(step.inputs);
  if (stamps[step.name] === digest && existsSync(join(root, step.output))) {
    return;
  }
  const begin = performance.now();
  // What a build that was cut off left behind is nobody's output.
  delete stamps[step.name];
  writeStamps();
  try {
    await step.run();
  } catch (error) {
    process.stderr.write(`Building the ${step.name} failed:\n${error.stack ?? error}\n`);
    process.exit(1);
  }
  stamps[step.name] = digest;
  writeStamps();
  if (!quiet) {
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    process.stdout.write(`built ${step.name.padEnd(42)} ${seconds.padStart(5)} s\n`);
  }
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    // None yet, or a build was cut off while it wrote them: everything is built again.
    return {};
  }
}

function writeStamps() {
  mkdirSync(join(stampFile, '..'), { recursive: true });
  writeFileSync(stampFile, `${JSON.stringify(stamps, null, 2)}\n`);
}

function digestOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesBelow(join(root, input)))) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) {
    return [];
  }
  if (statSync(path).isFile()) {
    return [path];
  }
  return readdirSync(path)
    .filter((name) => !['node_modules', 'dist', 'dist-sandbox'].includes(name))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
