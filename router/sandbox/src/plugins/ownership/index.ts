import type { GraphiQLPlugin } from '@graphiql/react';
import { OwnershipIcon } from './ownership-icon.js';
import { OwnershipPanel } from './ownership-panel.js';

export const ownershipPlugin: GraphiQLPlugin = {
  title: 'Ownership',
  icon: OwnershipIcon,
  content: OwnershipPanel,
};
