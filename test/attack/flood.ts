/** Floods: as many packets as TCP takes, and what Node-RED does meanwhile. */
import { readFileSync } from 'node:fs';
import type { Target } from './target.ts';

/** Bytes of one write. */
const chunkSize = 262_144;

export interface FloodFigures {
  readonly packets: number;
  /** Seconds until the last packet was given to TCP, and until all of them were worked off. */
  readonly sending: number;
  readonly working: number;
  /** Milliseconds that an HTTP request of the editor took at most while the flood ran. */
  readonly slowestAnswer: number;
  /** Milliseconds that the event loop was late at most. */
  readonly longestDelay: number;
  /** Megabytes by which memory grew at the most, and by how much more is alive behind it. */
  readonly growth: number;
  readonly left: number;
}

export interface FloodOptions {
  readonly packets: number;
  /** Seconds after which no more is sent. */
  readonly seconds: number;
  readonly packet: (index: number) => Buffer;
}

/** Sends a flood, and measures until it is worked off: a message that is sent into a node then has its outcome. */
export async function flood(target: Target, options: FloodOptions): Promise<FloodFigures> {
  const before = await target.state(true, true);
  const residence = watchResidence(target.nodeRed.pid);
  const editor = watchEditor(`${target.nodeRed.url}/settings`);
  const started = performance.now();
  const packets = await send(target, options);
  const sending = performance.now() - started;
  while (!(await target.inject('confirmed', { payload: { a: 1 } })).done);
  await target.state();
  const working = performance.now() - started;
  const slowestAnswer = await editor.stop();
  const peak = residence.stop();
  const { longestDelay, peak: seenPeak } = await target.state();
  let left = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 20 && left > 20; count += 1) {
    left = (await target.state(true)).alive - before.alive;
    if (left > 20) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return {
    packets,
    sending: Math.round(sending / 100) / 10,
    working: Math.round(working / 100) / 10,
    slowestAnswer: Math.round(slowestAnswer),
    longestDelay,
    growth: Math.max(peak, seenPeak) - before.resident,
    left,
  };
}

async function send(target: Target, { packets, seconds, packet }: FloodOptions): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let sent = 0;
  while (sent < packets && performance.now() < end) {
    const chunk: Buffer[] = [];
    for (let size = 0; size < chunkSize && sent < packets; sent += 1) {
      const next = packet(sent);
      size += next.length;
      chunk.push(next);
    }
    if (!(await target.server.write(Buffer.concat(chunk)))) break;
    // The answers to the client's own requests want their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

/** The resident memory of a process in megabytes, seen from outside, at its most. */
function watchResidence(pid: number | undefined): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    if (process.platform !== 'linux' || pid === undefined) return;
    try {
      const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      peak = Math.max(peak, Math.round((pages * 4096) / 1_048_576));
    } catch {
      // It has ended.
      clearInterval(timer);
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}

/** Asks for something again and again. */
function watchEditor(url: string): { stop(): Promise<number> } {
  let slowest = 0;
  const end = new AbortController();
  const ask = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const started = performance.now();
      // A connection that was kept open may have been ended meanwhile.
      await fetch(url).then(
        (response) => response.text(),
        () => {},
      );
      slowest = Math.max(slowest, performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const asking = ask();
  return {
    async stop() {
      end.abort();
      await asking;
      return slowest;
    },
  };
}
