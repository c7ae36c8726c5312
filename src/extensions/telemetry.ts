/** Data collection (2/DCP): stamping, batching and sending of samples, without Node-RED. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome, Settlement } from '../client/exchange.ts';
import { KaaClosedError, KaaInvalidError } from '../protocol/errors.ts';
import { nameProblem, nameProblemText } from '../protocol/names.ts';
import { resourcePath, resources } from '../protocol/resources.ts';
import { Batch, type EncodedSamples } from './batch.ts';
import { readPlainSample } from './plain-sample.ts';
import { readSamples, type Samples } from './sample.ts';
import { stamp, type TimestampFormat } from './timestamp.ts';

export interface TelemetryOptions {
  readonly format: 'json' | 'plain';
  /** `confirmed`: Kaa's answer is the outcome; `sent`: the server's receipt. */
  readonly delivery: 'confirmed' | 'sent';
  readonly timestamp: TimestampFormat;
  readonly timestampField: string;
  /** Samples in one message; 1 = no batching. */
  readonly batchSize: number;
  /** Seconds that a batch may wait for more samples. */
  readonly batchInterval: number;
}

export interface TelemetryOutcome extends ExchangeOutcome {
  /** Resource path, e.g. `json` or `plain/temperature`. */
  readonly resource: string;
  /** Samples in the message; absent for plain ones. */
  readonly samples?: number;
}

export class Telemetry {
  readonly #client: KaaClient;
  readonly #options: TelemetryOptions;
  readonly #sender: Sender;
  readonly #batches = new Map<string, Batch>();
  #closed = false;

  constructor(client: KaaClient, options: TelemetryOptions, sender: Sender) {
    this.#client = client;
    this.#options = options;
    this.#sender = sender;
  }

  /**
   * Sends a payload and tells what became of it.
   * @param metric name of the metric of a plain sample
   * @throws {KaaError} as `KaaClient.send`; KAA_INVALID where the payload cannot be sent as it is
   */
  async send(address: EndpointAddress, payload: unknown, metric: unknown): Promise<TelemetryOutcome> {
    if (this.#closed) throw new KaaClosedError(false);
    return this.#options.format === 'plain'
      ? this.#sendPlain(address, payload, metric)
      : this.#sendJson(address, payload);
  }

  /** Sends the open batches and takes no more samples. */
  close(): void {
    this.#closed = true;
    for (const batch of this.#batches.values()) batch.flush();
    this.#batches.clear();
  }

  get #settlement(): Settlement {
    return this.#options.delivery === 'confirmed' ? 'answer' : 'receipt';
  }

  async #sendPlain(address: EndpointAddress, payload: unknown, metric: unknown): Promise<TelemetryOutcome> {
    const problem = nameProblem('metric', metric);
    if (problem !== undefined || typeof metric !== 'string') {
      const reason = nameProblemText[problem ?? 'type'];
      throw new KaaInvalidError('metric', [{ path: '', reason: `the metric ${reason}` }]);
    }
    const body = Buffer.from(readPlainSample(payload));
    const target = { ...address, resource: 'plainSample', name: metric } as const;
    const outcome = await this.#client.send(target, body, this.#settlement, this.#sender);
    return { ...outcome, resource: resourcePath(resources.plainSample, metric) };
  }

  async #sendJson(address: EndpointAddress, payload: unknown): Promise<TelemetryOutcome> {
    const given = readSamples(payload);
    const samples = this.#encode(given);
    const resource = resources.samples.path;
    if (this.#options.batchSize > 1) {
      this.#client.requireAvailable();
      return { ...(await this.#batch(address).add(samples)), resource };
    }
    const body = given.wasArray ? `[${samples.json}]` : samples.json;
    return { ...(await this.#sendSamples(address, body)), resource, samples: samples.count };
  }

  #encode({ samples, text, wasArray }: Samples): EncodedSamples {
    const { timestamp, timestampField } = this.#options;
    const count = samples.length;
    if (timestamp === 'none' && text !== undefined) return { json: wasArray ? text.slice(1, -1) : text, count };
    const stamped = stamp(samples, timestamp, timestampField);
    return { json: stamped.map((sample) => JSON.stringify(sample)).join(','), count };
  }

  #sendSamples(address: EndpointAddress, body: string): Promise<ExchangeOutcome> {
    const target = { ...address, resource: 'samples' } as const;
    return this.#client.send(target, Buffer.from(body), this.#settlement, this.#sender);
  }

  #batch(address: EndpointAddress): Batch {
    const key = `${address.appVersion}/${address.token}`;
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      const { batchSize, batchInterval } = this.#options;
      const limits = { size: batchSize, interval: batchInterval * 1000, maxPayload: this.#client.options.maxPayload };
      batch = new Batch(limits, ({ json }) => this.#sendSamples(address, `[${json}]`));
      this.#batches.set(key, batch);
    }
    return batch;
  }
}
