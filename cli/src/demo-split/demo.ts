import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServices } from '@supergraph/schema/services';
import { removeServers } from '../launcher/databases.js';
import { openDataFolder } from '../launcher/data-folder.js';
import { startSystem, type StartStep } from '../launcher/system.js';
import { ROOT } from '../root.js';
import { seedLarge } from '../seed/large.js';
import { openScoreboard } from './scoreboard.js';
import { startDemoPage } from './server.js';
import { StoryState, type StoryView } from './story-state.js';
import { tellStory } from './story.js';

/** How to show it. */
export interface DemoOptions {
  /** Where the page is served; 0 takes any port. */
  readonly port: number;
  /** Ends the start early, and the story. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (step: StartStep | 'data', detail: string) => void;
  readonly onNotice?: (message: string) => void;
}

/** The demonstration as it runs. */
export interface Demo {
  /** Of the page. */
  readonly url: string;
  readonly view: () => StoryView;
  /** Ends everything and removes its folder. */
  stop(): Promise<void>;
}

const SIZE = { users: 2_000, payments: 10_000 } as const;

/**
 * Starts a system of its own on the shared topology, in a temporary folder and on free ports, and a page that shows one
 * service leaving the shared database and coming back. The story begins when somebody presses the page's button.
 *
 * @throws when the start fails, or the signal's reason; nothing is left then
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const path = mkdtempSync(join(tmpdir(), 'supergraph-demo-'));
  // The PostgreSQL servers of root run as another user, who has to pass through.
  chmodSync(path, 0o755);
  const stopping = new AbortController();
  const signal = AbortSignal.any([
    stopping.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const endings: Array<() => Promise<void>> = [
    async () => {
      await removeServers(openDataFolder(path), 'shared', readServices(ROOT));
      rmSync(path, { recursive: true, force: true });
    },
  ];
  const stop = async (): Promise<void> => {
    stopping.abort(new Error('It was ended before its end.'));
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const system = await startSystem({
      dataFolder: path,
      topology: 'shared',
      routerPort: 0,
      anyPorts: true,
      signal,
      // Nobody has to sign in again in between, and a busy machine may answer late.
      environment: {
        AUTH_ACCESS_TOKEN_SECONDS: '36000',
        ROUTER_SUBGRAPH_TIMEOUT_MILLISECONDS: '15000',
        ROUTER_REQUEST_TIMEOUT_MILLISECONDS: '30000',
      },
      ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
      ...(options.onNotice === undefined ? {} : { onNotice: options.onNotice }),
    });
    endings.push(() => system.stop());
    const { ownerUrls, ownDatabases } = system.folder.readRunning() ?? { ownerUrls: {}, ownDatabases: [] };
    const rows = await seedLarge({ ...SIZE, ownerUrls, ownDatabases, replace: true, signal });
    options.onStep?.('data', `${rows.toLocaleString('en')} rows`);

    const services = system.services.map(({ service }) => service.name);
    const scoreboard = openScoreboard(services);
    const story = new StoryState(services, scoreboard);
    let telling: Promise<void> | undefined;
    endings.push(async () => telling);
    const page = await startDemoPage({
      port: options.port,
      view: () => story.view(),
      onStart: () => {
        telling ??= tellStory({ system, scoreboard, story, signal }).catch((error: unknown) => {
          story.state = 'failed';
          story.verdict ??= (error as Error).message;
          if (!signal.aborted) options.onNotice?.((error as Error).message);
        });
      },
    });
    endings.push(() => page.stop());
    return { url: page.url, view: () => story.view(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
