/**
 * A container's health check: asks the process beside it whether it is ready.
 *
 *   node deploy/check-health.mjs PORT
 *
 * Ends with status 0 when `/health/ready` says so, with 1 otherwise.
 */
const port = process.argv[2];

try {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(4_000),
  });
  process.stdout.write(`${response.status} ${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`port ${port} does not answer: ${error.cause?.code ?? error.name}\n`);
  process.exitCode = 1;
}
