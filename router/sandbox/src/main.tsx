import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './styles/theme.css';
import './styles/layout.css';
import './styles/panels.css';
import './styles/plan.css';
import { createRoot } from 'react-dom/client';
import { Application } from './application.js';
import { ErrorBoundary } from './components/error-boundary.js';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <ErrorBoundary>
    <Application />
  </ErrorBoundary>,
);
