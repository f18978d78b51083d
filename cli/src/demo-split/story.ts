import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningSystem } from '../launcher/system.js';
import { runMigration } from './run-migration.js';
import type { Scoreboard } from './scoreboard.js';
import type { ComparedTable, StoryState } from './story-state.js';
import { startTraffic } from './traffic.js';
import { countOf, judge } from './verdict.js';
import { isFollowed, until } from './waiting.js';
import { findLostWrites, openWorlds } from './worlds.js';

/** What the story is told with. */
export interface StoryOptions {
  readonly system: RunningSystem;
  readonly scoreboard: Scoreboard;
  readonly story: StoryState;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

const SERVICE = 'payments';
const REQUESTS_PER_SECOND = 30;
/** How long a busy machine may hold clients; how long it did is on the page. */
const BUDGET = ['--budget', '4000'];
/** How long a spectator is left to look at what came about. */
const LOOK_MILLISECONDS = 6_000;

interface Verification {
  readonly agrees: boolean;
  readonly tables: ReadonlyArray<
    Pick<ComparedTable, 'table' | 'differingRanges'> & {
      readonly rows: { readonly source: number; readonly target: number };
    }
  >;
}

/**
 * Tells the story once: traffic, the move, the kill, the way back, the comparison.
 *
 * @throws when a step fails; the state says which one, and why
 */
export async function tellStory({ system, scoreboard, story, signal }: StoryOptions): Promise<void> {
  const dataFolder = system.folder.path;
  const worlds = openWorlds(dataFolder);
  story.state = 'running';
  const migrate = async (tell: (line: string) => void, ...args: ReadonlyArray<string>): Promise<string> => {
    const { status, output } = await runMigration({ dataFolder, args, onLine: tell, signal });
    signal.throwIfAborted();
    if (status !== 0) throw new Error(`migration ${args.join(' ')} ended with ${status}:\n${output}`);
    return output;
  };
  const compare = async (tell: (line: string) => void): Promise<Verification> => {
    await migrate(
      (line) => isSentence(line) && tell(line),
      'verify',
      SERVICE,
      '--report',
      join(dataFolder, 'reports'),
    );
    const file = join(dataFolder, 'reports', `verification-${SERVICE}.json`);
    return JSON.parse(await readFile(file, 'utf8')) as Verification;
  };
  const look = () => sleep(LOOK_MILLISECONDS, undefined, { signal });
  const traffic = await story.during('traffic', async () => {
    const started = await startTraffic({
      endpoint: `${system.routerUrl}/graphql`,
      perSecond: REQUESTS_PER_SECOND,
      observer: scoreboard,
    });
    story.acknowledged = () => countOf(started.acknowledged);
    await look();
    return started;
  });
  try {
    await story.during('copy', (tell) => migrate(tell, 'start', SERVICE));
    await story.during('compare', compare);
    await story.during('move', (tell) => migrate(tell, 'cutover', SERVICE, ...BUDGET));
    story.places[SERVICE] = 'own';
    await story.during('own', look);
    const { payments } = traffic.acknowledged;
    await story.during('kill', async (tell) => {
      const server = system.servers.find(({ name }) => name === `next_${SERVICE}`)?.server();
      if (server === undefined) throw new Error(`The database of ${SERVICE} does not run.`);
      const begin = performance.now();
      process.kill(server.processId, 'SIGKILL');
      story.places[SERVICE] = 'down';
      await server.exited;
      await until(`the database of ${SERVICE} runs again`, signal, async () => {
        // That it cannot be reached yet is what is being waited out.
        const rows = await worlds.query('target', SERVICE, 'SELECT 1').catch(() => []);
        return rows.length === 1;
      });
      tell(`The server was away for ${((performance.now() - begin) / 1_000).toFixed(1)} s.`);
    });
    story.places[SERVICE] = 'own';
    await story.during('recover', async (tell) => {
      const before = payments.size;
      await until('payments are made again', signal, () => Promise.resolve(payments.size > before + 3));
      tell('Payments are made again.');
      await until('the shared database follows again', signal, () => isFollowed(dataFolder, SERVICE, signal));
      tell('The shared database follows again.');
      await look();
    });
    await story.during('rollback', (tell) => migrate(tell, 'rollback', SERVICE, ...BUDGET));
    story.places[SERVICE] = 'shared';
    await story.during('verify', async (tell) => {
      await look();
      // The same rows are asked for at the end whatever is written meanwhile: nothing is, any more.
      await traffic.stop();
      const { agrees, tables } = await compare(tell);
      story.tables = tables.map(({ table, rows, differingRanges }) => ({ table, ...rows, differingRanges }));
      const lost = await findLostWrites(worlds, 'source', traffic.acknowledged);
      story.found = countOf(traffic.acknowledged) - lost.length;
      story.verdict = judge(story, agrees, lost);
      if (!agrees || lost.length > 0) throw new Error(story.verdict);
    });
    story.state = 'done';
  } catch (error) {
    story.verdict ??= (error as Error).message;
    story.state = 'failed';
    throw error;
  } finally {
    await traffic.stop();
    await worlds.close();
  }
}

/** What is left when the lines of tables are not. */
function isSentence(line: string): boolean {
  return !/[│┌├└]/.test(line);
}
