import type { GraphiQLPlugin } from '@graphiql/react';
import { PlanIcon } from './plan-icon.js';
import { PlanPanel } from './plan-panel.js';

export const planPlugin: GraphiQLPlugin = {
  title: 'Plan',
  icon: PlanIcon,
  content: PlanPanel,
};
