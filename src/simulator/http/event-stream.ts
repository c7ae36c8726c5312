import type { ServerResponse } from 'node:http';
import type { EventFeed, PlatformEvent } from '../platform/events.ts';

/** A reader that lets more bytes than this pile up is disconnected; an EventSource then comes back by itself. */
const mostUnreadBytes = 4 * 1_048_576;

/** Messages that a reader who wants only so many a second was not shown. */
export interface SkippedEvent {
  readonly kind: 'skipped';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly count: number;
}

/**
 * Writes every event of the platform as a server-sent event, until the reader leaves.
 * @param mostMessages events of messages in each second; those beyond are counted and told at its end. Absent = all.
 */
export function streamEvents(feed: EventFeed, response: ServerResponse, mostMessages?: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': connected\n\n');
  const write = (event: PlatformEvent | SkippedEvent): void => {
    if (response.writableLength > mostUnreadBytes) response.destroy();
    else response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  const limit = mostMessages === undefined ? undefined : new MessageLimit(mostMessages, write);
  const unsubscribe = feed.subscribe((event) => {
    if (event.kind !== 'message' || limit?.exceeded() !== true) write(event);
  });
  response.once('close', () => {
    unsubscribe();
    limit?.close();
  });
}

/** Counts messages by the second. */
class MessageLimit {
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(most: number, tell: (event: SkippedEvent) => void) {
    this.#most = most;
    this.#timer = setInterval(() => {
      const count = this.#count - this.#most;
      this.#count = 0;
      if (count > 0) tell({ kind: 'skipped', at: new Date().toISOString(), count });
    }, 1000);
  }

  /** Takes another message into account; true where it is beyond the limit. */
  exceeded(): boolean {
    this.#count += 1;
    return this.#count > this.#most;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
