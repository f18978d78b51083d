import { startTestEventSources } from '@supergraph/platform/testing';
import { startAdminUnderTest, type AdminUnderTest, type TestSources } from './admin-test-service.js';
import { eventSchemas } from './generated/events.js';

/** Admin with the services that it hears. */
export interface AdminWithSources {
  readonly admin: AdminUnderTest;
  readonly sources: TestSources;
  stop(): Promise<void>;
}

/** Starts admin over real feeds of the three services whose events it hears. */
export async function startAdminWithSources(
  environment: Readonly<Record<string, string>> = {},
): Promise<AdminWithSources> {
  const others = await startTestEventSources(['auth', 'profile', 'payments'], {
    readers: ['admin'],
    eventSchemas,
  });
  const { sources } = others;
  const admin = await startAdminUnderTest({ sources, environment });
  return {
    admin,
    sources,
    async stop() {
      await admin.stop();
      await others.stop();
    },
  };
}

/** Looks until there is something; the test's own limit of time ends it otherwise. */
export async function until<Value>(look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What auth tells when somebody registers. */
export function registered(userId: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'auth.user.registered',
    aggregate: { type: 'user', id: userId },
    actor: userId,
    client: { ip: '198.51.100.7', userAgent: 'Browser/3.0' },
    data: {
      userId,
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      role: 'CUSTOMER',
      status: 'ACTIVE',
      version: 1,
      ...more,
    },
  };
}

/** What the service tells that did its part in an erasure. */
export function stepDone(
  service: 'auth' | 'profile' | 'payments',
  { userId, erasureId }: { readonly userId: string; readonly erasureId: string },
) {
  const stores = [
    { store: `${service}_rows`, rows: 2, action: 'DELETED', reason: null },
    ...(service === 'payments'
      ? [{ store: 'ledger_entries', rows: 4, action: 'KEPT', reason: 'accounting law' }]
      : []),
  ];
  const data = { userId, erasureId, stores };
  return {
    auth: {
      type: 'auth.user.erased',
      aggregate: { type: 'user', id: userId },
      data: { ...data, revokedSessions: [], version: 9 },
    },
    profile: { type: 'profile.profile.erased', aggregate: { type: 'profile', id: userId }, data },
    payments: { type: 'payments.payer.erased', aggregate: { type: 'payer', id: userId }, data },
  }[service];
}
