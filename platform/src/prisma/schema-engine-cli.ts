import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { connectionString, schemaOf, withoutSchema, type Datasource } from './datasource.js';
import { withMigrationLock } from './migration-lock.js';
import { runCommand } from './schema-engine-commands.js';
import { answer, type RpcContext, type RpcRequest } from './schema-engine-rpc.js';
import { loadSchemaEngineModule } from './schema-engine-module.js';
import { createSchemaEngine, type OpenSchemaEngine } from './schema-engine.js';

/** The native engine's exit status when it panics, which Prisma's command line knows. */
const PANIC = 101;

/** How long `migrate` waits for another process that is migrating the same database. */
const LOCK_TIMEOUT_MILLISECONDS = 60_000;

/**
 * Does what Prisma's native schema engine does, over the WebAssembly one, so that Prisma's command line can run it
 * as `PRISMA_SCHEMA_ENGINE_BINARY`:
 *
 *     ENGINE [--datamodels FILE]… --datasource JSON [cli COMMAND]
 *     ENGINE --version
 *
 * With `cli` it runs the command and ends with status 0 or 1; otherwise it answers JSON-RPC requests on standard
 * input, one a line, on standard output, until the input ends.
 */
export async function runSchemaEngine(programArguments: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...programArguments],
    options: {
      datamodels: { type: 'string', multiple: true },
      datasource: { type: 'string' },
      version: { type: 'boolean' },
    },
    // The command line also names preview features and extensions, which this engine takes from the schema.
    strict: false,
    allowPositionals: true,
  });
  if (values.version === true) {
    const { version } = await loadSchemaEngineModule();
    process.stdout.write(`schema-engine-wasm ${version()}\n`);
    return;
  }
  const datasource = JSON.parse(String(values.datasource ?? '{}')) as Datasource;
  if (positionals[0] === 'cli') {
    await runAndReport(positionals[1], datasource);
    return;
  }
  await serve(datasource, (values.datamodels ?? []).map(String));
}

/** The command line leaves the first line out and parses all others, so nothing may follow the last one. */
async function runAndReport(command: string | undefined, datasource: Datasource): Promise<void> {
  const failure = await runCommand(command, datasource);
  const lines = [logLine('INFO', { message: `Ran ${String(command)}` })];
  if (failure !== undefined) {
    lines.push(logLine('ERROR', { is_panic: false, error_code: failure.code, message: failure.message }));
    process.exitCode = 1;
  }
  process.stderr.write(lines.join('\n'));
}

async function serve(datasource: Datasource, datamodelPaths: readonly string[]): Promise<void> {
  let opening: Promise<OpenSchemaEngine> | undefined;
  let panicked = false;
  const panic = new Promise<never>((_, reject) => {
    process.on('uncaughtException', (error) => {
      panicked = true;
      reject(error);
    });
  });
  panic.catch(() => undefined);
  const context: RpcContext = {
    engine: async () => (await (opening ??= open(datasource, datamodelPaths))).engine,
    exclusively: (work) => withMigrationLock(connectionString(datasource), LOCK_TIMEOUT_MILLISECONDS, work),
    panic,
    send: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
  };
  let turn: Promise<void> = Promise.resolve();
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const request = JSON.parse(line) as RpcRequest;
    // What has no method is the command line's acknowledgement of a `print`. The engine takes one call at a time.
    if (typeof request.method === 'string') turn = turn.then(() => answer(request, context));
  }
  await turn;
  // The command line waits for the end only after its answer, so an engine that panicked has stayed until now.
  if (panicked) process.exit(PANIC);
  await opening?.then(
    (opened) => opened.close(),
    () => undefined,
  );
}

async function open(datasource: Datasource, datamodelPaths: readonly string[]): Promise<OpenSchemaEngine> {
  const datamodels = await Promise.all(
    datamodelPaths.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'utf8')]),
  );
  const { url = '', shadowDatabaseUrl } = datasource;
  return createSchemaEngine({
    connectionString: connectionString(datasource),
    schema: schemaOf(url),
    shadowDatabaseConnectionString: shadowDatabaseUrl ? withoutSchema(shadowDatabaseUrl) : undefined,
    datamodels,
    onLog: (line) => process.stderr.write(line.endsWith('\n') ? line : `${line}\n`),
  });
}

function logLine(level: 'INFO' | 'ERROR', fields: Readonly<Record<string, unknown>>): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ timestamp, level, fields, target: 'schema_engine::logger' });
}
