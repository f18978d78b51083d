import Table from 'cli-table3';
import { TABLE_STYLE } from '../presentation/system-table.js';
import { readConsumerLags, type ConsumerLag } from './consumer-lag.js';
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
  const lags = await Promise.all(
    Object.entries(running.serviceUrls).map(([name, url]) => readConsumerLags(name, url)),
  );
  const consumers = lags.flat();
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ running: true, topology: running.topology, processes: rows, consumers }, null, 2)}\n`,
    );
  } else {
    const table = new Table({ head: ['', 'address', 'state', ''], ...TABLE_STYLE });
    table.push(...rows.map(({ name, url, state, detail }) => [name, url, state, detail]));
    const heard = new Table({ head: ['consumer of events', 'state', 'behind', 'parked'], ...TABLE_STYLE });
    heard.push(...consumers.map(describeConsumer));
    process.stdout.write(
      `${table.toString()}\n${consumers.length === 0 ? '' : `${heard.toString()}\n`}topology: ${running.topology}, launcher: process ${running.processId}\n`,
    );
  }
  process.exitCode = rows.every(({ state }) => state === 'ready') ? 0 : 1;
}

function describeConsumer({ service, consumer, source, state, lagSeconds, parked }: ConsumerLag): string[] {
  return [
    `${service}: ${consumer} ← ${source}`,
    state,
    `${lagSeconds.toFixed(1)} s`,
    parked === 0 ? '' : `${parked}: see \`events parked\``,
  ];
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
