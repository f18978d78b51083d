import { readFileSync } from 'node:fs';

/**
 * Which package may import which, and inside a subgraph which room may import which. Everything else is an error.
 */
const services = JSON.parse(
  readFileSync(new URL('../../subgraphs/services.json', import.meta.url), 'utf8'),
).map(({ name }) => name);
const everybody = ['platform', 'schema', 'router', 'migration', 'cli', 'e2e', 'bench', ...services];

const mayImport = {
  platform: [],
  schema: [],
  router: ['platform', 'schema'],
  migration: ['platform'],
  ...Object.fromEntries(services.map((name) => [`subgraphs/${name}`, ['platform']])),
  cli: everybody,
  e2e: everybody,
  bench: everybody,
};

/** A package's modules are reached by its name, never by a path into its folder. */
const noPathsOut = {
  regex: '^(\\.\\./)+(platform|subgraphs|schema|router|migration|cli|e2e|bench)/',
  message: 'Import another package by its name: `@supergraph/…`.',
};

function packageRule([folder, allowed]) {
  const forbidden = everybody.filter((name) => !allowed.includes(name) && !folder.endsWith(name));
  const patterns = [
    noPathsOut,
    ...(forbidden.length === 0
      ? []
      : [
          {
            regex: `^@supergraph/(${forbidden.join('|')})(/|$)`,
            message: `${folder} may import ${allowed.length === 0 ? 'no other package' : allowed.join(' and ')} only.`,
          },
        ]),
  ];
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
    patterns,
  };
}

const packageRules = Object.entries(mayImport).map((entry) => packageRule(entry));
const ofSubgraphs = packageRules.filter(({ files }) => files[0].startsWith('subgraphs/'));

/** Inside a subgraph: resolvers → domain → store. The domain knows neither GraphQL nor HTTP. */
const rooms = {
  domain: [
    { regex: '/(resolvers|generated)/', message: 'The domain knows no resolvers and no generated types.' },
    {
      regex: '^(graphql|express|@apollo/.*|@as-integrations/.*|@supergraph/platform/(graphql|http))$',
      message: 'The domain knows neither GraphQL nor HTTP.',
    },
  ],
  store: [
    { regex: '/resolvers/', message: 'The store knows no resolvers.' },
    {
      regex: '^(graphql|express|@apollo/.*|@as-integrations/.*|@supergraph/platform/(graphql|http))$',
      message: 'The store knows neither GraphQL nor HTTP.',
    },
  ],
  resolvers: [
    { regex: '/generated/prisma/', message: 'Resolvers reach tables through the domain and the store.' },
  ],
};

const roomRules = ofSubgraphs.flatMap(({ files, patterns }) =>
  Object.entries(rooms).map(([room, ofRoom]) => ({
    files: [files[0].replace('**', `src/${room}/**`)],
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...ofRoom] }] },
  })),
);

/** The environment is read in one place a process, where mistakes are listed together. */
const environmentRule = {
  files: ['**/*.ts'],
  ignores: [
    '**/config.ts',
    'platform/src/configuration/**',
    '**/*.test.ts',
    'platform/src/testing/**',
    'e2e/**',
    'cli/**',
  ],
  rules: {
    'no-restricted-properties': [
      'error',
      { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
    ],
  },
};

export const importRules = [
  ...packageRules.map(({ files, rules }) => ({ files, rules })),
  ...roomRules,
  environmentRule,
];
