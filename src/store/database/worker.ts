/** The store's thread: answers in the order of the messages. */
import { parentPort } from 'node:worker_threads';
import type { GroupReply } from '../operations.ts';
import type { FromThread, ToThread } from '../worker-thread.ts';
import { Databases } from './databases.ts';

const databases = new Databases();

parentPort?.on('message', ({ number, order }: ToThread) => {
  if ('close' in order) {
    databases.close(order.close);
    post({ number });
  } else post({ number, reply: databases.run(order.group) });
});

/** Batches are handed over instead of being copied. */
function post(message: FromThread): void {
  parentPort?.postMessage(message, bodiesIn(message.reply));
}

function bodiesIn(reply: GroupReply | undefined): ArrayBuffer[] {
  return (reply?.results ?? []).flatMap((result) => {
    const value = 'value' in result ? result.value : undefined;
    const isBatch = typeof value === 'object' && value !== null && 'body' in value;
    return isBatch && value.body instanceof Uint8Array && value.body.buffer instanceof ArrayBuffer
      ? [value.body.buffer]
      : [];
  });
}
