import type { GraphiQLPlugin } from '@graphiql/react';
import { SignInIcon } from './sign-in-icon.js';
import { SignInPanel } from './sign-in-panel.js';

export const signInPlugin: GraphiQLPlugin = { title: 'Sign in', icon: SignInIcon, content: SignInPanel };
