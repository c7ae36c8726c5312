/** Data collection (2/DCP): stamping, batching and sending of samples, without Node-RED. */
import { addressKey, type EndpointAddress, type Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeListener, ExchangeOutcome, Settlement } from '../client/exchange.ts';
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

const oneSample = { resource: resources.samples.path, samples: 1 } as const;

/** Who hears what became of a payload: one of both is called, once. */
export interface TelemetryListener {
  succeeded(outcome: TelemetryOutcome): void;
  /** @param error as `KaaClient.send` */
  failed(error: unknown): void;
}

/** Adds to the outcome of a message what was in it. */
class SampleExchange implements ExchangeListener {
  readonly #listener: TelemetryListener;
  readonly #content: Pick<TelemetryOutcome, 'resource' | 'samples'>;

  constructor(listener: TelemetryListener, content: Pick<TelemetryOutcome, 'resource' | 'samples'>) {
    this.#listener = listener;
    this.#content = content;
  }

  succeeded(outcome: ExchangeOutcome): void {
    this.#listener.succeeded({ ...outcome, ...this.#content });
  }

  failed(error: Error): void {
    this.#listener.failed(error);
  }
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
   * @throws {KaaError} as `KaaClient.dispatch`; KAA_INVALID where the payload cannot be sent as it is
   */
  send(address: EndpointAddress, payload: unknown, metric: unknown, listener: TelemetryListener): void {
    if (this.#closed) throw new KaaClosedError(false);
    if (this.#options.format === 'plain') this.#sendPlain(address, payload, metric, listener);
    else this.#sendJson(address, payload, listener);
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

  #sendPlain(address: EndpointAddress, payload: unknown, metric: unknown, listener: TelemetryListener): void {
    const problem = nameProblem('metric', metric);
    if (problem !== undefined || typeof metric !== 'string') {
      const reason = wording('reason.metric', { problem: wording(`name.${problem ?? 'type'}`) });
      throw new KaaInvalidError('metric', [{ path: '', reason }]);
    }
    const body = readPlainSample(payload);
    const target = { ...address, resource: 'plainSample', name: metric } as const;
    const exchange = new SampleExchange(listener, { resource: resourcePath(resources.plainSample, metric) });
    this.#client.dispatch(target, body, this.#settlement, this.#sender, exchange);
  }

  #sendJson(address: EndpointAddress, payload: unknown, listener: TelemetryListener): void {
    const given = readSamples(payload, this.#client.options.maxPayload);
    const samples = this.#encode(given);
    const resource = resources.samples.path;
    if (this.#options.batchSize > 1) {
      this.#client.requireAvailable();
      this.#batch(address, samples)
        .add(samples)
        .then(
          (outcome) => listener.succeeded({ ...outcome, resource }),
          (error: unknown) => listener.failed(error),
        );
      return;
    }
    const body = given.wasArray ? `[${samples.json}]` : samples.json;
    const target = { ...address, resource: 'samples' } as const;
    const content = samples.count === 1 ? oneSample : { resource, samples: samples.count };
    this.#client.dispatch(target, body, this.#settlement, this.#sender, new SampleExchange(listener, content));
  }

  #encode(given: Samples): EncodedSamples {
    const { samples, text, wasArray } = given;
    const count = samples.length;
    if (this.#options.timestamp === 'none' && text !== undefined) {
      return { json: wasArray ? text.slice(1, -1) : text, count };
    }
    return { json: encodeEach(given, this.#options).join(','), count };
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
      const target = { ...address, resource: 'samples' } as const;
      return this.#client.send(target, body, this.#settlement, this.#sender);
    });
    this.#batches.set(key, batch);
    return batch;
  }
}
