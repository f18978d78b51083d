/**
 * A container's health check: asks the process beside it whether it is ready.
 *
 *   node deploy/check-health.mjs PORT
 *
 * Ends with status 0 when `/health/ready` says so, with 1 otherwise.
 */
const port = process.argv[2];
// Sooner than the check's timeout in the Compose file, so that the reason is told.
setTimeout(() => {
  process.stdout.write(`port ${port} does not answer within 4 s\n`);
  process.exit(1);
}, 4_000).unref();

try {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
  process.stdout.write(`${response.status} ${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`port ${port} does not answer: ${error.cause?.code ?? error.name}\n`);
  process.exitCode = 1;
}
