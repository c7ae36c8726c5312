/** Samples that go to disk first: stamped when they come in, forwarded later, in order (see `forwarder.ts`). */
import { KaaClosedError, KaaInvalidError } from '../protocol/errors.ts';
import { resources } from '../protocol/resources.ts';
import { wording } from '../protocol/wording.ts';
import type { Outbox, QueueAddress } from '../store/store.ts';
import { encodeEach } from './sample-encoding.ts';
import { readSamples } from './sample.ts';
import type { Stamping } from './timestamp.ts';

export interface StoredTelemetryOptions extends Stamping {
  /** Bytes that a message to the platform may have. */
  readonly maxPayload: number;
}

/** What a message has come to: its samples are on disk. */
export interface StoredOutcome {
  /** Resource path. */
  readonly resource: string;
  readonly samples: number;
  readonly stored: true;
}

export class StoredTelemetry {
  readonly #outbox: Outbox;
  readonly #node: string;
  readonly #options: StoredTelemetryOptions;
  #closed = false;

  /** @param node the id under which the samples are stored: it is told where one is refused later */
  constructor(outbox: Outbox, node: string, options: StoredTelemetryOptions) {
    this.#outbox = outbox;
    this.#node = node;
    this.#options = options;
  }

  /**
   * Stores a payload; resolves when it is on disk.
   * @throws {KaaInvalidError} the payload cannot be sent as it is
   * @throws {KaaStoreFullError} there is no room for it
   * @throws {KaaStoreError} the disk failed
   * @throws {KaaBusyError} too much waits for the disk
   * @throws {KaaClosedError} the node is closing
   */
  async store(queue: QueueAddress, payload: unknown): Promise<StoredOutcome> {
    if (this.#closed) throw new KaaClosedError(false);
    const { maxPayload } = this.#options;
    const given = readSamples(payload, maxPayload);
    const samples = encodeEach(given, this.#options);
    for (const [index, sample] of samples.entries()) {
      // Each has to fit into a message of its own, with the brackets of an array.
      const bytes = Buffer.byteLength(sample) + 2;
      if (bytes <= maxPayload) continue;
      const reason = wording('reason.tooLarge', { bytes, most: maxPayload });
      throw new KaaInvalidError('payload', [{ path: given.wasArray ? `/${index}` : '', reason }]);
    }
    await this.#outbox.add({ queue, node: this.#node, samples });
    return { resource: resources.samples.path, samples: samples.length, stored: true };
  }

  /** Takes no more samples. */
  close(): void {
    this.#closed = true;
  }
}
