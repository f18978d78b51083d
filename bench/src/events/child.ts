import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './messages.js';

/** A process under measurement. */
export interface Child {
  readonly processId: number;
  send(order: Order): void;
  /** The next report of a kind. */
  next<Type extends Report['type']>(type: Type): Promise<Extract<Report, { type: Type }>>;
  /** Calls for every report of a kind. */
  on<Type extends Report['type']>(
    type: Type,
    listen: (report: Extract<Report, { type: Type }>) => void,
  ): void;
  stop(): Promise<void>;
}

/** Starts `name` beside this file, and waits until it is ready. */
export async function startChild(
  name: string,
  args: ReadonlyArray<string>,
): Promise<{ readonly child: Child; readonly url: string | undefined }> {
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const started: ChildProcess = fork(path, args, { stdio: 'inherit' });
  // A measurement that is broken off must not leave processes behind.
  process.once('exit', () => started.kill('SIGKILL'));
  const child: Child = {
    processId: started.pid ?? 0,
    send: (order) => void started.send(order),
    next: (type) =>
      new Promise((resolve, reject) => {
        const ended = (): void => reject(new Error(`${name} ended before it told "${type}".`));
        const listen = (report: Report): void => {
          if (report.type === type) {
            started.off('message', listen).off('exit', ended);
            resolve(report as never);
          }
        };
        started.on('message', listen).once('exit', ended);
      }),
    on: (type, listen) =>
      void started.on('message', (report: Report) => {
        if (report.type === type) {
          listen(report as never);
        }
      }),
    async stop() {
      const ended = once(started, 'exit');
      started.send({ type: 'stop' } satisfies Order);
      await ended;
    },
  };
  const { url } = await child.next('ready');
  return { child, url };
}
