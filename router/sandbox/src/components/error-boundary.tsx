import { Component } from 'react';
import type { ReactNode } from 'react';
import { FullPageNotice } from './full-page-notice.js';

interface State {
  readonly error?: Error;
}

/** Shows what went wrong, in place of the blank page that a failed render leaves. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <FullPageNotice title="The sandbox stopped" retry={() => window.location.reload()} retryLabel="Reload">
        <p>{error.message}</p>
        <p>
          Reload the page. If it stops again, a tab kept in this browser may be the cause: clear the site data
          of this address.
        </p>
      </FullPageNotice>
    );
  }
}
