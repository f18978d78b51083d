#!/usr/bin/env node
import { ConfigurationError } from '@supergraph/platform/configuration';
import { armCrashPoints } from '@supergraph/platform/events';
import { createMigrationCommand } from './cli/program.js';
import { MigrationError } from './errors/index.js';
import { loadSettingsFile, readCrashPoints } from './config.js';

try {
  loadSettingsFile();
  armCrashPoints(readCrashPoints());
  await createMigrationCommand().parseAsync(process.argv);
} catch (error) {
  const { message, code } = error as { message: string; code?: string };
  const isForeseen = error instanceof MigrationError || error instanceof ConfigurationError;
  process.stderr.write(`${message}${isForeseen || code === undefined ? '' : ` (${code})`}\n`);
  process.exit(1);
}
