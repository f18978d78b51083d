import { fork, type ChildProcess } from 'node:child_process';

/** One replica as a process of its own, which can be restarted at its address. */
export interface ReplicaProcess {
  /** Such as `http://127.0.0.1:43211`. */
  readonly url: string;
  /** Ends it as an orchestrator does, and gives its exit status. */
  end(): Promise<number | null>;
  /** Ends it, and starts it again at the same address; resolves when it serves. */
  restart(): Promise<number | null>;
}

/** Starts a replica on a free port. */
export async function startReplica(
  module: string,
  portVariable: string,
  environment: Readonly<Record<string, string>>,
): Promise<ReplicaProcess> {
  let running = await start('0');
  const port = new URL(running.url).port;
  return {
    url: running.url,
    end: () => end(running.child),
    async restart() {
      const status = await end(running.child);
      running = await start(port);
      return status;
    },
  };

  async function start(wanted: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
    const child = fork(module, [], {
      env: { PATH: process.env['PATH'], ...environment, [portVariable]: wanted },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve((message as { url: string }).url));
      child.once('exit', (status) => reject(new Error(`${module} ended with status ${status}`)));
    });
    return { child, url };
  }
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) {
    return child.exitCode;
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)));
  child.kill('SIGTERM');
  return ended;
}
