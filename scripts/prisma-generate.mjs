import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Generates a service's Prisma client into `src/generated/prisma/`. It needs neither a database nor a built project.
 *
 * @param {string} root the repository
 * @param {string} service the service's name
 */
export async function generatePrismaClient(root, service) {
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'prisma.mjs'), service, 'generate'], {
    cwd: root,
  });
}
