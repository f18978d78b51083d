import { describe, expect, it } from '@jest/globals';
import { brokerNames, encodeToken } from './names.js';

describe('encodeToken', () => {
  it('keeps what a UUID and a name are made of', () => {
    expect(encodeToken('0199c0de-7b1a-7000-8000-00000000000f')).toBe('0199c0de-7b1a-7000-8000-00000000000f');
    expect(encodeToken('payment_2')).toBe('payment_2');
  });

  it.each([
    ['a.b', 'a=2eb'],
    ['*', '=2a'],
    ['>', '=3e'],
    ['a b\r\n', 'a=20b=0d=0a'],
    ['=2e', '=3d2e'],
    ['é', '=c3=a9'],
    ['', '='],
  ])('writes %j as one token', (text, token) => {
    expect(encodeToken(text)).toBe(token);
  });

  it('shortens what servers would refuse, and keeps different texts apart', () => {
    const [one, other] = [encodeToken('x'.repeat(5_000)), encodeToken('x'.repeat(5_001))];
    expect(one.length).toBeLessThan(200);
    expect(one).not.toBe(other);
  });
});

describe('brokerNames', () => {
  it('keeps the heartbeats outside the stream', () => {
    const names = brokerNames('events', 'maker');
    expect(names).toMatchObject({ stream: 'events-maker', subjects: 'events.maker.>' });
    expect(names.heartbeats).toBe('events-heartbeats.maker');
    expect(names.subjectOf({ type: 'widget', id: 'a.>' })).toBe('events.maker.widget.a=2e=3e');
  });

  it('refuses a prefix that is more than one token', () => {
    expect(() => brokerNames('events.>', 'maker')).toThrow('cannot begin subjects');
  });
});
