import type { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import type { RequestPlugin } from './combine-plugins.js';

/** Has the operation executed that was let in, and keeps it once it is known to be right. */
export function executeAdmitted(persisted: PersistedOperations): RequestPlugin {
  return {
    requestDidStart: ({ request, contextValue: { admitted } }) => {
      if (admitted !== undefined) {
        request.query = admitted.text;
        if (request.extensions?.['persistedQuery'] !== undefined) {
          // The server would look for it in a cache of its own.
          request.extensions = Object.fromEntries(
            Object.entries(request.extensions).filter(([name]) => name !== 'persistedQuery'),
          );
        }
      }
      return Promise.resolve(
        admitted?.keepAs === undefined
          ? undefined
          : {
              didResolveOperation: () => {
                persisted.keep(admitted);
                return Promise.resolve();
              },
            },
      );
    },
  };
}
