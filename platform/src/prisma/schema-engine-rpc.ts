import type {
  CreateMigrationInput,
  DiffResult,
  EvaluateDataLossInput,
  SchemaEngine,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import { engineErrorOf } from './migration-error.js';

/** A JSON-RPC 2.0 request, as Prisma's command line sends it: one JSON object a line. */
export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown;
}

/** JSON-RPC 2.0's codes: https://www.jsonrpc.org/specification#error_object */
const METHOD_NOT_FOUND = -32601;
/** The code of the native engine for everything that a method throws. */
const METHOD_FAILED = 4466;

type Method = (params: unknown) => unknown;

/** The engine's methods that take and give what the native engine's take and give. */
const methods = new Set<keyof SchemaEngine>([
  ...(['applyMigrations', 'dbExecute', 'devDiagnostic', 'diagnoseMigrationHistory'] as const),
  ...(['ensureConnectionValidity', 'introspect', 'introspectSql', 'markMigrationApplied'] as const),
  ...(['markMigrationRolledBack', 'reset', 'schemaPush', 'debugPanic'] as const),
]);

/** What answering needs. */
export interface RpcContext {
  /** The engine; rejected when it cannot be started. */
  readonly engine: () => Promise<SchemaEngine>;
  /** Runs a call while nobody else migrates the database. */
  readonly exclusively: (work: () => Promise<unknown>) => Promise<unknown>;
  /** Rejected when the engine panics: then a call under way will never come back. */
  readonly panic: Promise<never>;
  /** Writes a message to the command line. */
  readonly send: (message: Readonly<Record<string, unknown>>) => void;
}

/** Answers one request of Prisma's command line; whatever goes wrong is the answer. */
export async function answer(request: RpcRequest, context: RpcContext): Promise<void> {
  const { id, method, params } = request;
  const { send } = context;
  const work = async (): Promise<unknown> => call(await context.engine(), method, params);
  try {
    const result = await Promise.race([
      method === 'applyMigrations' ? context.exclusively(work) : work(),
      context.panic,
    ]);
    if (result === notFound) {
      const error = { code: METHOD_NOT_FOUND, message: `Method not found: ${method}` };
      send({ jsonrpc: '2.0', id, error: { ...error, data: { is_panic: false, message: error.message } } });
      return;
    }
    if (method === 'diff') {
      const { stdout, ...rest } = result as DiffResult;
      // The command line prints it and acknowledges; the native engine does not wait for that either.
      if (stdout !== null) send({ jsonrpc: '2.0', id: -id, method: 'print', params: { content: stdout } });
      send({ jsonrpc: '2.0', id, result: { ...rest, stdout: null } });
      return;
    }
    send({ jsonrpc: '2.0', id, result: result ?? null });
  } catch (cause) {
    const { code, message } = engineErrorOf(cause);
    const data = { is_panic: false, message, ...(code === undefined ? {} : { error_code: code, meta: {} }) };
    send({ jsonrpc: '2.0', id, error: { code: METHOD_FAILED, message: 'An error happened.', data } });
  }
}

const notFound = Symbol('no such method');

async function call(engine: SchemaEngine, method: string, params: unknown): Promise<unknown> {
  switch (method) {
    case 'getDatabaseVersion':
      return engine.version();
    case 'diff':
      return engine.diff(params as Parameters<SchemaEngine['diff']>[0]);
    case 'createMigration':
      await replayHistory(engine, params as CreateMigrationInput);
      return engine.createMigration(params as CreateMigrationInput);
    case 'evaluateDataLoss':
      await replayHistory(engine, params as EvaluateDataLossInput);
      return engine.evaluateDataLoss(params as EvaluateDataLossInput);
    default:
      if (!methods.has(method as keyof SchemaEngine)) return notFound;
      return (engine[method as keyof SchemaEngine] as Method).call(engine, params);
  }
}

/**
 * Lets the engine replay the migrations in a shadow database. Some methods need the outcome, and the WebAssembly
 * engine, unlike the native one, finds it only where another method has left it.
 */
async function replayHistory(
  engine: SchemaEngine,
  { migrationsList, filters }: Pick<CreateMigrationInput, 'migrationsList' | 'filters'>,
): Promise<void> {
  await engine.devDiagnostic({ migrationsList, filters });
}
