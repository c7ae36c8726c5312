/** What the editor shows of running nodes: their statuses, and what debug nodes write into the sidebar. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Shown {
  /** Of the debug node. */
  readonly id: string;
  /** JSON is parsed. */
  readonly value: unknown;
}

export class EditorView {
  readonly #shown: Shown[] = [];
  readonly #statuses: { readonly id: string; readonly text: string }[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#take(data.toString()));
  }

  /** @param url of the editor, without slash at its end */
  static async open(url: string): Promise<EditorView> {
    const socket = new WebSocket(`${url.replace('http:', 'ws:')}/comms`);
    await once(socket, 'open');
    const view = new EditorView(socket);
    for (const topic of ['debug', 'status/#']) socket.send(JSON.stringify({ subscribe: topic }));
    return view;
  }

  /** What one debug node showed, in order. */
  shown(id: string): readonly unknown[] {
    return this.#shown.filter((each) => each.id === id).map(({ value }) => value);
  }

  /** The status texts of one node, in order. */
  statuses(id: string): readonly string[] {
    return this.#statuses.filter((each) => each.id === id).map(({ text }) => text);
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const messages = JSON.parse(text) as readonly { topic?: string; data?: { [property: string]: string } }[];
    for (const { topic = '', data = {} } of messages) {
      const { id = '', msg = '', format = '', text: status = '' } = data;
      if (topic.startsWith('status/')) this.#statuses.push({ id: topic.slice('status/'.length), text: status });
      else if (topic === 'debug')
        this.#shown.push({ id, value: /^(string|undefined|null)/.test(format) ? msg : (JSON.parse(msg) as unknown) });
    }
  }
}
