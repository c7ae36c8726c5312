/** Data collection (2/DCP): stamping, batching and sending of samples, without Node-RED. */
import { addressKey, type EndpointAddress, type Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome, Settlement } from '../client/exchange.ts';
import { KaaClosedError, KaaInvalidError } from '../protocol/errors.ts';
import { nameProblem } from '../protocol/names.ts';
import { resourcePath, resources } from '../protocol/resources.ts';
import { wording } from '../protocol/wording.ts';
import { Batch, type EncodedSamples } from './batch.ts';
import { readPlainSample } from './plain-sample.ts';
import { encodeEach } from './sample-encoding.ts';
import { readSamples, type Samples } from './sample.ts';
import type { Stamping } from './timestamp.ts';

export interface TelemetryOptions extends Stamping {
  readonly format: 'json' | 'plain';
  /** `confirmed`: Kaa's answer is the outcome; `sent`: the server's receipt. */
  readonly delivery: 'confirmed' | 'sent';
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
  /** The open batches, by endpoint. */
  readonly #batches = new Map<string, Batch>();
  readonly #unwatch: () => void;
  #closed = false;

  constructor(client: KaaClient, options: TelemetryOptions, sender: Sender) {
    this.#client = client;
    this.#options = options;
    this.#sender = sender;
    // What waits for its batch to fill need not wait to hear that there is no connection.
    this.#unwatch = client.onStatus(({ state }) => {
      if (state === 'offline') this.#flush();
    });
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
    this.#unwatch();
    this.#flush();
  }

  get #settlement(): Settlement {
    return this.#options.delivery === 'confirmed' ? 'answer' : 'receipt';
  }

  #flush(): void {
    for (const batch of this.#batches.values()) batch.flush();
  }

  async #sendPlain(address: EndpointAddress, payload: unknown, metric: unknown): Promise<TelemetryOutcome> {
    const problem = nameProblem('metric', metric);
    if (problem !== undefined || typeof metric !== 'string') {
      const reason = wording('reason.metric', { problem: wording(`name.${problem ?? 'type'}`) });
      throw new KaaInvalidError('metric', [{ path: '', reason }]);
    }
    const body = Buffer.from(readPlainSample(payload));
    const target = { ...address, resource: 'plainSample', name: metric } as const;
    const outcome = await this.#client.send(target, body, this.#settlement, this.#sender);
    return { ...outcome, resource: resourcePath(resources.plainSample, metric) };
  }

  async #sendJson(address: EndpointAddress, payload: unknown): Promise<TelemetryOutcome> {
    const given = readSamples(payload, this.#client.options.maxPayload);
    const samples = this.#encode(given);
    const resource = resources.samples.path;
    if (this.#options.batchSize > 1) {
      this.#client.requireAvailable();
      return { ...(await this.#batch(address, samples).add(samples)), resource };
    }
    const body = given.wasArray ? `[${samples.json}]` : samples.json;
    return { ...(await this.#sendSamples(address, body)), resource, samples: samples.count };
  }

  #encode(given: Samples): EncodedSamples {
    const { samples, text, wasArray } = given;
    const count = samples.length;
    if (this.#options.timestamp === 'none' && text !== undefined) {
      return { json: wasArray ? text.slice(1, -1) : text, count };
    }
    return { json: encodeEach(given, this.#options).join(','), count };
  }

  #sendSamples(address: EndpointAddress, body: string): Promise<ExchangeOutcome> {
    const target = { ...address, resource: 'samples' } as const;
    return this.#client.send(target, Buffer.from(body), this.#settlement, this.#sender);
  }

  /** The open batch of an endpoint with room for the samples. */
  #batch(address: EndpointAddress, samples: EncodedSamples): Batch {
    const key = addressKey(address);
    const open = this.#batches.get(key);
    if (open?.fits(samples) === true) return open;
    open?.flush();
    const { batchSize, batchInterval } = this.#options;
    const limits = { size: batchSize, interval: batchInterval * 1000, maxPayload: this.#client.options.maxPayload };
    const batch = new Batch(limits, (body) => {
      this.#batches.delete(key);
      return this.#sendSamples(address, body);
    });
    this.#batches.set(key, batch);
    return batch;
  }
}
