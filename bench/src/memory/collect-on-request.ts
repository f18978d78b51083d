import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/* Loaded before a gateway, by `--import`: collects garbage when it is asked to, and tells what is left. */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('message', (message) => {
  if (message === 'collect') {
    // The first leaves what finalizers hold.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ heapUsed, external });
  }
});
// Whoever listens for messages keeps the process alive otherwise, and the gateway should end as it does without this.
process.channel?.unref();
