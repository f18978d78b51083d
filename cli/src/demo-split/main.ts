import { listenForEnd } from '../commands/end-requests.js';
import { findPort } from '../launcher/ports.js';
import { startDemo } from './demo.js';

/** Next to the page for developers. */
const PORT = 4_020;

const { signal, requested } = listenForEnd();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  say('Starting four services on one shared database, and an empty database for each …');
  const demo = await startDemo({
    port: await findPort(PORT, new Set()),
    signal,
    onStep: (step, detail) => say(`  ${step.padEnd(11)} ${detail}`),
    onNotice: (message) => process.stderr.write(`${message}\n`),
  });
  say(`\nOpen ${demo.url} and press the button. Ctrl-C ends all of it.`);
  await requested;
  await demo.stop();
} catch (error) {
  if (!signal.aborted) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
process.exit(0);
