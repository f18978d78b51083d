import type { Command } from 'commander';
import { ROOT } from '../root.js';
import { writeDerivedFiles } from '../services/derived-files.js';

/** Adds `services write | check`: what is derived from the list of services. */
export function addServicesCommands(program: Command): void {
  const services = program
    .command('services')
    .description(
      'Keep docker-compose.yml, .env.example and the broker’s configuration true to the list of services.',
    );
  services
    .command('write')
    .description('Write the files.')
    .action(() => {
      for (const { file, changed } of writeDerivedFiles(ROOT, 'write')) {
        process.stdout.write(`${file}: ${changed ? 'written' : 'up to date'}\n`);
      }
    });
  services
    .command('check')
    .description('Fail when one of them is not what the list says.')
    .action(() => {
      const stale = writeDerivedFiles(ROOT, 'check').filter(({ changed }) => changed);
      for (const { file } of stale) {
        process.stdout.write(
          `${file} is not what subgraphs/services.json says. Run \`npm run services:write\`.\n`,
        );
      }
      process.exitCode = stale.length === 0 ? 0 : 1;
    });
}
