/**
 * MQTT packets that are written in one turn of the event loop leave in one write, where MQTT.js would make a system call
 * for each: flows hand out messages one by one.
 */
import type { Writable } from 'node:stream';

export class SharedWrites {
  /** Runs from the first packet of a turn to its end. */
  #turn: NodeJS.Immediate | undefined;
  /** What holds the packets behind the first one back until then. */
  #corked: Pick<Writable, 'uncork'> | undefined;

  /** To be told of every packet before it is written: the first one of a turn goes at once. */
  writing(stream: Pick<Writable, 'cork' | 'uncork'>): void {
    if (this.#turn === undefined) {
      this.#turn = setImmediate(() => this.flush());
    } else if (this.#corked === undefined) {
      this.#corked = stream;
      stream.cork();
    }
  }

  /** Writes what was held back; nothing is left to be done later. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#corked?.uncork();
    this.#corked = undefined;
  }
}
