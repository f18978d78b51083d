import Table from 'cli-table3';
import { TABLE_STYLE } from '../presentation/system-table.js';
import { openDataFolder } from '../launcher/data-folder.js';

interface Row {
  readonly name: string;
  readonly url: string;
  readonly state: 'ready' | 'not ready' | 'away';
  readonly detail: string;
}

/** Shows what runs and whether it is ready; ends with status 1 when something is not. */
export async function status(options: { readonly data: string; readonly json: boolean }): Promise<void> {
  const running = openDataFolder(options.data).readRunning();
  if (running === undefined) {
    process.stdout.write(
      options.json ? '{"running":false}\n' : 'Nothing runs here. Start it with `npm start`.\n',
    );
    process.exitCode = 1;
    return;
  }
  const rows = await Promise.all(
    Object.entries({ router: running.routerUrl, ...running.serviceUrls }).map(([name, url]) =>
      readState(name, url),
    ),
  );
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ running: true, topology: running.topology, processes: rows }, null, 2)}\n`,
    );
  } else {
    const table = new Table({ head: ['', 'address', 'state', ''], ...TABLE_STYLE });
    table.push(...rows.map(({ name, url, state, detail }) => [name, url, state, detail]));
    process.stdout.write(
      `${table.toString()}\ntopology: ${running.topology}, launcher: process ${running.processId}\n`,
    );
  }
  process.exitCode = rows.every(({ state }) => state === 'ready') ? 0 : 1;
}

async function readState(name: string, url: string): Promise<Row> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    const body = (await response.json()) as { checks?: Record<string, { ok: boolean; cause?: string }> };
    const failed = Object.entries(body.checks ?? {}).filter(([, { ok }]) => !ok);
    return {
      name,
      url,
      state: response.ok ? 'ready' : 'not ready',
      detail: failed.map(([check, { cause }]) => `${check}: ${cause ?? 'failed'}`).join('; '),
    };
  } catch (error) {
    return { name, url, state: 'away', detail: (error as Error).message };
  }
}
