/** How one consumer of events is doing, as its service's `/metrics` tell. */
export interface ConsumerLag {
  readonly service: string;
  readonly consumer: string;
  readonly source: string;
  readonly state: string;
  /** The age of the newest state that is applied, in seconds. */
  readonly lagSeconds: number;
  /** Events that could not be applied. */
  readonly parked: number;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the consumers of a service; none when it does not answer. */
export async function readConsumerLags(service: string, url: string): Promise<ReadonlyArray<ConsumerLag>> {
  let text: string;
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(3_000) });
    text = await response.text();
  } catch {
    // Its own row in the table says that it is away.
    return [];
  }
  const samples = parseSamples(text);
  const of = (name: string, { labels }: Sample): ReadonlyArray<Sample> =>
    samples.filter(
      (sample) =>
        sample.name === name &&
        sample.labels['consumer'] === labels['consumer'] &&
        sample.labels['source'] === labels['source'],
    );
  return samples
    .filter(({ name }) => name === 'event_consumer_lag_seconds')
    .map((lag) => ({
      service,
      consumer: lag.labels['consumer'] ?? '',
      source: lag.labels['source'] ?? '',
      state: of('event_consumer_state', lag)[0]?.labels['state'] ?? 'unknown',
      lagSeconds: lag.value,
      parked: of('event_consumer_parked', lag).reduce((sum, { value }) => sum + value, 0),
    }));
}

/** Samples of the Prometheus text format. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
function parseSamples(text: string): ReadonlyArray<Sample> {
  return [...text.matchAll(/^(event_consumer_\w+)\{([^}]*)\} (\S+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]),
      ),
      value: Number(value),
    }),
  );
}
