import { createHash, randomUUID } from 'node:crypto';

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
  readonly #blobs: UploadedBlob[] = [];
  #bytes = 0;

  add(name: string, contentType: string, content: Buffer): UploadedBlob {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const blob = { id: randomUUID(), name, contentType, receivedAt: new Date().toISOString(), sha256, content };
    this.#blobs.push(blob);
    this.#bytes += content.length;
    while (this.#blobs.length > mostBlobs || this.#bytes > mostBytes) {
      this.#bytes -= this.#blobs.shift()?.content.length ?? 0;
    }
    return blob;
  }

  find(id: string): UploadedBlob | undefined {
    return this.#blobs.find((blob) => blob.id === id);
  }

  /** The oldest first. */
  list(): readonly UploadedBlob[] {
    return this.#blobs;
  }
}
