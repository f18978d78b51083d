/** Files named `.long.test.ts` take more than a developer waits for; `npm run test:full` adds them. */
const isFull = process.env.SUPERGRAPH_TEST_FULL !== undefined;

/** Tests run from the TypeScript sources: the `source` export condition leads there, swc strips the types. */
export default {
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    '/.data/',
    ...(isFull ? [] : ['\\.long\\.test\\.ts$']),
  ],
  modulePathIgnorePatterns: ['/dist/', '/.data/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/scripts/summary-reporter.mjs'],
};
