import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS, hasScope, isViewerUser, requireScope, requireUser, type Viewer } from './index.js';

const user: Viewer = {
  kind: 'user',
  userId: 'u1',
  sessionId: 's1',
  role: 'CUSTOMER',
  scopes: new Set(['payments']),
};
const service: Viewer = { kind: 'service', service: 'u1' };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('viewers', () => {
  it('are users only when a token said so', () => {
    expect(requireUser(user)).toBe(user);
    expect(() => requireUser(ANONYMOUS)).toThrow(code('UNAUTHENTICATED'));
    expect(() => requireUser(service)).toThrow(code('UNAUTHENTICATED'));
    expect([user, service, ANONYMOUS].map((viewer) => isViewerUser(viewer, 'u1'))).toEqual([
      true,
      false,
      false,
    ]);
    expect(isViewerUser(user, 'u2')).toBe(false);
  });

  it('have the scopes of their token and no others', () => {
    expect(requireScope(user, 'payments')).toBe(user);
    expect(() => requireScope(user, 'payment')).toThrow(code('FORBIDDEN'));
    expect(() => requireScope(ANONYMOUS, 'payments')).toThrow(code('UNAUTHENTICATED'));
    expect(() => requireScope(service, 'payments')).toThrow(code('UNAUTHENTICATED'));
    expect([user, service, ANONYMOUS].map((viewer) => hasScope(viewer, 'payments'))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
