import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A gateway under measurement, in a process of its own. */
export interface Gateway {
  readonly name: string;
  /** Where it takes GraphQL requests. */
  readonly url: string;
  readonly processId: number;
  stop(): Promise<void>;
}

/** One that can be asked by IPC. */
export interface TellingGateway extends Gateway {
  readonly child: ChildProcess;
}

/** Starts a process that tells its address by IPC: the router and the stock gateway do. */
export async function startTelling(
  name: string,
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions,
  toUrl: (told: string) => string = (told) => told,
): Promise<TellingGateway> {
  const child = start(command, args, { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = (await Promise.race([once(child, 'message'), failAtEnd(name, child)])) as [
    { readonly url: string },
  ];
  return { name, url: toUrl(message.url), processId: child.pid ?? 0, child, stop: () => end(child) };
}

/** Starts a process at an address that it is given, and waits until it answers a query there. */
export async function startAt(
  name: string,
  url: string,
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions,
): Promise<Gateway> {
  const child = start(command, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
  const answering = async (): Promise<void> => {
    for (let attempt = 0; attempt < 300; attempt += 1) {
      if (await answers(url)) {
        return;
      }
      await sleep(100);
    }
    throw new Error(`${name} did not answer within 30 s.`);
  };
  await Promise.race([answering(), failAtEnd(name, child)]);
  return { name, url, processId: child.pid ?? 0, stop: () => end(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    return ((await response.json()) as { readonly data?: unknown }).data !== undefined;
  } catch {
    return false; // It does not listen yet.
  }
}

function start(command: string, args: ReadonlyArray<string>, options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  // A measurement that is broken off must not leave processes behind.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function failAtEnd(name: string, child: ChildProcess): Promise<never> {
  const [status] = (await once(child, 'exit')) as [number | null];
  throw new Error(`${name} ended with status ${status}.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
