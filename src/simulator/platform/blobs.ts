import { createHash, randomUUID } from 'node:crypto';
import type { Storage } from './storage.ts';

/** An uploaded blob. */
export interface UploadedBlob {
  readonly id: string;
  readonly name: string;
  /** As the uploader named it. */
  readonly contentType: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content: Buffer;
}

const mostBlobs = 100;
const mostBytes = 64 * 1_048_576;

/** The blobs of one endpoint, the newest: older ones make room. */
export class Blobs {
  readonly #storage: Storage;
  readonly #blobs: UploadedBlob[] = [];
  #bytes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Undefined where the blobs of other endpoints leave no room. */
  add(name: string, contentType: string, content: Buffer): UploadedBlob | undefined {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const blob = { id: randomUUID(), name, contentType, receivedAt: new Date().toISOString(), sha256, content };
    const isTooMuch = (): boolean => this.#blobs.length >= mostBlobs || this.#bytes + content.length > mostBytes;
    while (isTooMuch() && this.#dropOldest());
    while (!this.#storage.take(content.length)) if (!this.#dropOldest()) return undefined;
    this.#blobs.push(blob);
    this.#bytes += content.length;
    return blob;
  }

  find(id: string): UploadedBlob | undefined {
    return this.#blobs.find((blob) => blob.id === id);
  }

  /** The oldest first. */
  list(): readonly UploadedBlob[] {
    return this.#blobs;
  }

  clear(): void {
    while (this.#dropOldest());
  }

  /** False where there is none. */
  #dropOldest(): boolean {
    const oldest = this.#blobs.shift();
    if (oldest === undefined) return false;
    this.#bytes -= oldest.content.length;
    this.#storage.give(oldest.content.length);
    return true;
  }
}
