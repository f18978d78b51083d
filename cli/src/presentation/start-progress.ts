import { Listr } from 'listr2';
import { START_STEPS, type StartStep, type SystemOptions } from '../launcher/system.js';

/** What a start tells as it goes. */
type Listeners = Required<Pick<SystemOptions, 'onStep' | 'onNotice'>>;

/** Shows a start as a list of steps, each with a few words on what it did; what it has to say besides comes after. */
export async function showProgress<Started>(
  start: (listeners: Listeners) => Promise<Started>,
): Promise<Started> {
  const steps = new Map(START_STEPS.map((step) => [step, deferred()]));
  const notices: string[] = [];
  let drawing = true;
  const started = start({
    onStep: (step: StartStep, detail: string) => steps.get(step)?.resolve(detail),
    // While the progress is drawn a line in between would be overwritten.
    onNotice: (message) => (drawing ? notices.push(message) : process.stderr.write(`${message}\n`)),
  });
  // The caller tells why; the list only shows which step it was.
  started.catch(() => steps.forEach(({ reject }) => reject(new Error('not done'))));
  try {
    await new Listr(
      START_STEPS.map((step) => ({
        title: step,
        task: async (_context: unknown, task: { title: string }) => {
          task.title = `${step.padEnd(11)} ${await steps.get(step)?.promise}`;
        },
      })),
      // The launcher ends in good order on a signal; Listr would end the process.
      { registerSignalListeners: false, rendererOptions: { collapseErrors: false, showErrorMessage: false } },
    ).run();
  } catch {
    await started;
  } finally {
    drawing = false;
    notices.forEach((notice) => process.stderr.write(`${notice}\n`));
  }
  return started;
}

function deferred(): {
  promise: Promise<string>;
  resolve: (detail: string) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (detail: string) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
