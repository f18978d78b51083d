import { join } from 'node:path';

/**
 * Bundles the sandbox page into `router/dist-sandbox/`.
 *
 * @param {string} root the repository
 */
export async function buildSandbox(root) {
  // Loaded late: a build that has no page to make does not pay for the bundler.
  const { build } = await import('vite');
  await build({
    root: join(root, 'router/sandbox'),
    configFile: join(root, 'router/sandbox/vite.config.ts'),
    logLevel: 'warn',
  });
}
