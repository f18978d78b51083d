import { PrismaPg } from '@prisma/adapter-pg';
import { getPrismaClient } from '@prisma/client/runtime/client';
import type pg from 'pg';
import type { SqlTransaction } from './sql-transaction.js';

/** A Prisma client without models: statements, on their own and in transactions. */
export interface ModellessPrismaClient {
  $queryRawUnsafe<Rows = unknown>(statement: string, ...values: unknown[]): Promise<Rows>;
  $transaction<Result>(work: (transaction: SqlTransaction) => Promise<Result>): Promise<Result>;
  $disconnect(): Promise<void>;
}

/** Without types of their own. */
const COMPILER: string = '@prisma/client/runtime/query_compiler_fast_bg.postgresql';
const { WebAssembly: webAssembly } = globalThis as unknown as {
  readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => unknown };
};

/** Makes the client as the generated code does. */
export function createModellessPrismaClient(pool: pg.Pool, schema: string): ModellessPrismaClient {
  const Client = getPrismaClient({
    previewFeatures: [],
    clientVersion: '7.10.0',
    engineVersion: '0edf323efd1d98336f3f0a68684b56f689b900d3',
    activeProvider: 'postgresql',
    inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
    runtimeDataModel: { models: {}, enums: {}, types: {} },
    parameterizationSchema: { strings: [], graph: 'AAAAAAAAAAAAAAAA' },
    compilerWasm: {
      getRuntime: () => import(`${COMPILER}.mjs`),
      getQueryCompilerWasmModule: async () => {
        const { wasm } = (await import(`${COMPILER}.wasm-base64.mjs`)) as { readonly wasm: string };
        return new webAssembly.Module(Buffer.from(wasm, 'base64'));
      },
      importName: './query_compiler_fast_bg.js',
    },
  } as unknown as Parameters<typeof getPrismaClient>[0]);
  return new Client({ adapter: new PrismaPg(pool, { schema }) }) as unknown as ModellessPrismaClient;
}
