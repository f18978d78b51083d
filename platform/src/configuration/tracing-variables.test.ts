import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';
import { toTracingSettings, tracingVariables } from './tracing-variables.js';

const read = (source: Readonly<Record<string, string>>) =>
  toTracingSettings(readEnvironment(tracingVariables, source));

describe('toTracingSettings', () => {
  it('sends traces nowhere unless a collector is named', () => {
    expect(read({ OTEL_TRACES_SAMPLER: 'always_on' })).toBeUndefined();
    expect(
      read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' }),
    ).toBeUndefined();
  });

  it('reads the standard variables', () => {
    expect(
      read({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, other=c=d',
        OTEL_SERVICE_NAME: 'shop',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toEqual({
      endpoint: 'http://collector:4318',
      headers: { 'api-key': 'a b', other: 'c=d' },
      serviceName: 'shop',
      resourceAttributes: {},
      sampler: 'parentbased_traceidratio',
      ratio: 0.25,
    });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'novalue' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' },
    { OTEL_TRACES_SAMPLER: 'sometimes' },
    { OTEL_TRACES_SAMPLER_ARG: '2' },
  ])('refuses %j', (source) => {
    expect(() => read(source as unknown as Record<string, string>)).toThrow(Object.keys(source)[0]);
  });
});
