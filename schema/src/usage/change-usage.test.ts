import { describe, expect, it } from '@jest/globals';
import { describeUsage, usageOfChange } from './change-usage.js';
import { mergeUsageReports, parseUsageReport, UsageReportError, type UsageReport } from './usage-report.js';

const use = (coordinate: string, client: string, count: number, day: string) => ({
  coordinate,
  client,
  clientVersion: '1',
  count,
  lastUsedAt: `2026-11-${day}T10:00:00.000Z`,
});
const instance = (
  name: string,
  until: string,
  ...uses: ReadonlyArray<ReturnType<typeof use>>
): UsageReport => ({
  version: 1,
  instances: [
    { instance: name, since: '2026-11-01T00:00:00.000Z', until: `2026-11-${until}T12:00:00.000Z`, uses },
  ],
});

const report = mergeUsageReports([
  instance('a', '20', use('User.email', 'web', 3, '19'), use('Query.user(id:)', 'web', 2, '18')),
  instance(
    'b',
    '22',
    use('User.email', 'web', 4, '21'),
    use('User.email', 'ios', 10, '15'),
    use('Role.ADMIN', 'web', 1, '02'),
  ),
]);

describe('usageOfChange', () => {
  it.each([
    ['FIELD_REMOVED', 'User.email', 'User.email', 17],
    ['FIELD_ARGUMENT_REMOVED', 'Query.user.id', 'Query.user(id:)', 2],
    ['FIELD_ARGUMENT_ADDED', 'User.email.format', 'User.email', 17],
    ['ENUM_VALUE_REMOVED', 'Role.ADMIN', 'Role.ADMIN', 1],
    ['TYPE_REMOVED', 'Profile', 'Profile', 0],
  ])('looks up for %s of %s who used %s', (type, path, coordinate, count) => {
    expect(usageOfChange({ key: `${type}: …`, path }, report)).toMatchObject({ coordinate, count });
  });

  it('says who used it, and when', () => {
    expect(describeUsage(usageOfChange({ key: 'FIELD_REMOVED: …', path: 'User.email' }, report))).toBe(
      'Clients used User.email 17 times from 2026-11-01 to 2026-11-22: ios 1 (10, last on 2026-11-15), web 1 (7, last on 2026-11-21).',
    );
  });

  it('says that nobody did, and since when that is known', () => {
    expect(describeUsage(usageOfChange({ key: 'FIELD_REMOVED: …', path: 'User.name' }, report))).toBe(
      'No client used User.name from 2026-11-01 to 2026-11-22.',
    );
    const nothing = usageOfChange({ key: '', path: 'User.name' }, { version: 1, instances: [] });
    expect(describeUsage(nothing)).toContain('not known');
  });
});

describe('mergeUsageReports', () => {
  it('takes of one process what it told last, in whatever order reports come', () => {
    const early = instance('a', '10', use('User.email', 'web', 3, '09'));
    const late = instance('a', '12', use('User.email', 'web', 5, '11'));
    for (const reports of [
      [early, late],
      [late, early],
      [late, late],
    ]) {
      expect(usageOfChange({ key: '', path: 'User.email' }, mergeUsageReports(reports)).count).toBe(5);
    }
  });

  it('forgets what is too old', () => {
    expect(mergeUsageReports([report], '2026-11-21').instances.map((each) => each.instance)).toEqual(['b']);
  });
});

describe('parseUsageReport', () => {
  it.each(['', '<html>', '{}', '{"version":2,"instances":[]}', '{"version":1,"instances":[{}]}'])(
    'refuses %j',
    (text) => {
      expect(() => parseUsageReport(text, 'here')).toThrow(UsageReportError);
    },
  );

  it('reads what was written', () => {
    expect(parseUsageReport(JSON.stringify(report), 'here')).toEqual(report);
  });
});
