import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyCheckout, type Checkout } from '../harness/checkout.js';
import type { RunningCommand } from '../harness/command.js';
import { ask, signIn } from '../harness/graphql.js';
import { readGuide, readLinks, type Step } from './guide.js';
