import type { ServerResponse } from 'node:http';
import type { EventFeed } from '../platform/events.ts';

/** A reader that lets more bytes than this pile up is disconnected; an EventSource then comes back by itself. */
const mostUnreadBytes = 4 * 1_048_576;

/** Writes every event of the platform as a server-sent event, until the reader leaves. */
export function streamEvents(feed: EventFeed, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': connected\n\n');
  const unsubscribe = feed.subscribe((event) => {
    if (response.writableLength > mostUnreadBytes) response.destroy();
    else response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  response.once('close', unsubscribe);
}
