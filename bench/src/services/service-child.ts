import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Report, SentStatement } from './messages.js';

/** A service under measurement, in a process of its own. */
export interface ServiceChild {
  readonly url: string;
  /** The statements sent since the last time. */
  takeStatements(): Promise<ReadonlyArray<SentStatement>>;
  /** Processor time so far, all threads together, in milliseconds. */
  processorTime(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts one, and waits until it listens.
 *
 * @param preload a module that is loaded before it
 */
export async function startServiceChild(
  name: 'auth' | 'payments' | 'admin',
  environment: Readonly<Record<string, string>>,
  preload?: URL,
): Promise<ServiceChild> {
  const path = fileURLToPath(new URL('service-process.js', import.meta.url));
  const child = fork(path, [name, JSON.stringify(environment)], {
    stdio: 'inherit',
    execArgv: [...process.execArgv, ...(preload === undefined ? [] : ['--import', preload.href])],
    // Moments and bytes among the values arrive as what they were.
    serialization: 'advanced',
  });
  // A measurement that is broken off must not leave processes behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const next = <Type extends Report['type']>(type: Type): Promise<Extract<Report, { type: Type }>> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${name} ended before it told "${type}".`));
      const listen = (report: Report): void => {
        if (report.type === type) {
          child.off('message', listen).off('exit', ended);
          resolve(report as never);
        }
      };
      child.on('message', listen).once('exit', ended);
    });
  const ask = <Type extends 'statements' | 'usage'>(type: Type) => {
    const answer = next(type);
    child.send({ type } satisfies Order);
    return answer;
  };
  const { url } = await next('ready');
  return {
    url,
    takeStatements: async () => (await ask('statements')).statements,
    processorTime: async () => (await ask('usage')).cpuMilliseconds,
    async stop() {
      const ended = once(child, 'exit');
      child.send({ type: 'stop' } satisfies Order);
      await ended;
    },
  };
}
