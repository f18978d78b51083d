import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS, type Viewer } from '@supergraph/platform/identity';
import type { ProfileRecord } from '../store/profiles.js';
import { maySeeWholeProfile, visibleField, type PersonalField } from './visibility.js';

const owner = '0197a000-0000-7000-8000-000000000001';
const profile: ProfileRecord = {
  id: '0197a000-0000-7000-8000-00000000000a',
  userId: owner,
  handle: 'ada',
  displayName: 'Ada',
  avatarUrl: 'https://example.com/ada.png',
  phone: '+4930123456',
  address: 'Berlin',
  bio: 'Numbers.',
  displayNameVisibility: 'PUBLIC',
  avatarUrlVisibility: 'PUBLIC',
  phoneVisibility: 'PUBLIC',
  addressVisibility: 'PUBLIC',
  bioVisibility: 'PUBLIC',
  version: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const fields: ReadonlyArray<PersonalField> = ['displayName', 'avatarUrl', 'phone', 'address', 'bio'];
const user = (userId: string, ...scopes: string[]): Viewer => ({
  kind: 'user',
  userId,
  sessionId: owner,
  role: 'CUSTOMER',
  scopes: new Set(scopes),
});
const somebody = '0197a000-0000-7000-8000-000000000002';
const strangers: ReadonlyArray<readonly [string, Viewer]> = [
  ['nobody in particular', ANONYMOUS],
  ['a stranger', user(somebody, 'profile', 'payments', 'reports')],
  ['another service', { kind: 'service', service: 'payments' }],
];
const insiders: ReadonlyArray<readonly [string, Viewer]> = [
  ['the owner', user(owner, 'profile')],
  ['an ADMIN', user(somebody, 'admin')],
];

describe('visibleField', () => {
  it.each(fields)('hides %s alone when it alone is PRIVATE', (field) => {
    const hidden = { ...profile, [`${field}Visibility`]: 'PRIVATE' };
    for (const [, viewer] of strangers) {
      expect(fields.filter((each) => visibleField(viewer, hidden, each) === null)).toEqual([field]);
    }
    for (const [, viewer] of insiders) {
      expect(fields.map((each) => visibleField(viewer, hidden, each))).toEqual(
        fields.map((each) => profile[each]),
      );
    }
  });
});

describe('maySeeWholeProfile', () => {
  it.each(strangers)('refuses %s', (_who, viewer) => {
    expect(maySeeWholeProfile(viewer, owner)).toBe(false);
  });

  it.each(insiders)('lets %s', (_who, viewer) => {
    expect(maySeeWholeProfile(viewer, owner)).toBe(true);
  });
});
