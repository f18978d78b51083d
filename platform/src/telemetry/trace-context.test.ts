import { describe, expect, it } from '@jest/globals';
import { continueTrace, formatTraceparent, startTrace } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('continueTrace', () => {
  it.each([
    `00-${TRACE}-${PARENT}-00`,
    `00-${TRACE}-${PARENT}-01`,
    `01-${TRACE}-${PARENT}-01`,
    `cc-${TRACE}-${PARENT}-01-what-a-later-version-adds`,
  ])('goes on with %j under a part of its own', (header) => {
    const trace = continueTrace(header);
    expect(trace.traceId).toBe(TRACE);
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(PARENT);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `01-${TRACE}-${PARENT}-01more`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-01\n`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    `00-${'x'.repeat(100_000)}-${PARENT}-01`,
  ])('begins a trace of its own for %j', (header) => {
    const trace = continueTrace(header);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(trace.traceId).not.toBe(TRACE);
    expect(trace.traceId).not.toMatch(/^0+$/);
  });
});

describe('formatTraceparent', () => {
  it.each(['00', '01'])('keeps to what the one who asks said of recording: %s', (flags) => {
    const header = formatTraceparent(continueTrace(`00-${TRACE}-${PARENT}-${flags}`));
    expect(header).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
  });

  it('writes what the next process goes on with', () => {
    const trace = startTrace();
    expect(continueTrace(formatTraceparent(trace)).traceId).toBe(trace.traceId);
    expect(startTrace().traceId).not.toBe(trace.traceId);
  });
});
