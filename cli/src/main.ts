#!/usr/bin/env node
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  if (process.env['LOG_LEVEL'] === 'debug') {
    process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  }
  process.exit(1);
}
