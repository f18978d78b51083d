import type { GraphiQLPlugin } from '@graphiql/react';
import { HISTORY_PLUGIN } from 'graphiql';
import { examplesPlugin } from './examples/index.js';
import { ownershipPlugin } from './ownership/index.js';
import { planPlugin } from './plan/index.js';
import { signInPlugin } from './sign-in/index.js';

/** The side panels in the order of their buttons, after GraphiQL's own documentation. A plugin is a folder here. */
export const plugins: GraphiQLPlugin[] = [
  signInPlugin,
  examplesPlugin,
  planPlugin,
  ownershipPlugin,
  HISTORY_PLUGIN,
];
