import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '@supergraph/platform/events';

/** Somebody of whom auth tells. */
export interface ToldUser {
  readonly id: string;
  readonly email: string;
  registered(): NewEvent;
  suspended(version: number): NewEvent;
  reinstated(version: number): NewEvent;
  roleChanged(version: number): NewEvent;
  erased(version: number, erasureId?: string): NewEvent;
}

/** Makes the events of one user as auth tells them. */
export function toldUser(name: string, id: string = randomUUID()): ToldUser {
  const email = `${id}@example.com`;
  const about = { aggregate: { type: 'user', id }, entities: [{ typename: 'User', id }] };
  const revoked = { userId: id, revokedSessions: [] };
  return {
    id,
    email,
    registered: () => ({
      type: 'auth.user.registered',
      data: { userId: id, email, name, role: 'CUSTOMER', status: 'ACTIVE', version: 1 },
      ...about,
    }),
    suspended: (version) => ({ type: 'auth.user.suspended', data: { ...revoked, version }, ...about }),
    reinstated: (version) => ({ type: 'auth.user.reinstated', data: { userId: id, version }, ...about }),
    roleChanged: (version) => ({
      type: 'auth.user.role_changed',
      data: { ...revoked, role: 'VENDOR', previousRole: 'CUSTOMER', version },
      ...about,
    }),
    erased: (version, erasureId = randomUUID()) => ({
      type: 'auth.user.erased',
      data: { ...revoked, erasureId, stores: [], version },
      ...about,
    }),
  };
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 3_000; attempt += 1) {
    if (await holds()) {
      return;
    }
    await sleep(20);
  }
  throw new Error('it did not come to hold within a minute');
}
