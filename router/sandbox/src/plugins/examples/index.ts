import type { GraphiQLPlugin } from '@graphiql/react';
import { ExamplesIcon } from './examples-icon.js';
import { ExamplesPanel } from './examples-panel.js';

export const examplesPlugin: GraphiQLPlugin = {
  title: 'Examples',
  icon: ExamplesIcon,
  content: ExamplesPanel,
};
