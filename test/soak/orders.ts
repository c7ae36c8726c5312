/** Commands for endpoints chosen by chance, as many per second as ordered, whether anybody can receive them or not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from './platform.ts';

export class Orders {
  /** IDs of the commands of each endpoint. */
  readonly byToken = new Map<string, number[]>();
  readonly #platform: Platform;
  #count = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  get count(): number {
    return this.#count;
  }

  async order(token: string): Promise<void> {
    const id = await this.#platform.command(token);
    this.#count += 1;
    const ids = this.byToken.get(token);
    if (ids === undefined) this.byToken.set(token, [id]);
    else ids.push(id);
  }

  /** @param rate commands per second until aborted */
  async orderAll(tokens: readonly string[], rate: number, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    for (let ordered = 0; !signal.aborted; ordered += 1) {
      await this.order(tokens[Math.floor(Math.random() * tokens.length)] ?? '');
      await sleep(Math.max(0, startedAt + ((ordered + 1) * 1000) / rate - performance.now()));
    }
  }
}
